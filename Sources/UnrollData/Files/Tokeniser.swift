/// What a token is.
public enum TokenUnit: String, CaseIterable, Codable, Sendable {
  /// By a `WordRule`.
  case word
  /// A Unicode scalar.
  case character
}

/// How words are told apart.
public enum WordRule: String, CaseIterable, Codable, Sendable {
  /// At blanks: for text that is already tokenised.
  case spaces
  /// By `Tokeniser`'s own rule: for text as people write it.
  case words
}

/// Cuts text into tokens.
///
/// Characters are Unicode scalars. The rule `words`: a word is a run of ASCII letters, digits and scalars beyond ASCII;
/// inside it may stand `'`, `-` or `.` between two such, and `,` between two digits (don't, well-known, e.g, 1,000).
/// Every other mark is a token of its own. Cost is linear in the bytes.
public struct Tokeniser: Codable, Equatable, Sendable {
  /// Words or characters.
  public let unit: TokenUnit
  /// How words are told apart; characters need none.
  public let rule: WordRule
  /// Whether tokens are in small letters; sequences may keep how they were written.
  public let lowercase: Bool
  /// What follows every line, or nothing; for running text in words.
  public let lineToken: String

  /// The tokeniser of a data set's options. It has no state, and may be shared.
  public init(unit: TokenUnit = .word, rule: WordRule = .spaces, lowercase: Bool = false, lineToken: String = "") {
    (self.unit, self.rule, self.lowercase, self.lineToken) = (unit, rule, lowercase, lineToken)
  }

  /// What follows every line of running text; nil for nothing.
  public var lineEnd: String? { unit == .character ? "\n" : lineToken.isEmpty ? nil : lineToken }

  /// The tokens of one line.
  public func tokens(_ text: String) -> [String] { tokens(Array(text.utf8)[...]) }

  /// The same words as they stand in the line; nil where `tokens` are, and of characters.
  package func written(_ text: String) -> [String]? { written(Array(text.utf8)[...]) }

  func written(_ text: ArraySlice<UInt8>) -> [String]? {
    lowercase && unit == .word ? Tokeniser(rule: rule).tokens(text) : nil
  }

  func tokens(_ text: ArraySlice<UInt8>) -> [String] {
    var tokens: [String] = []
    append(text, to: &tokens)
    return tokens
  }

  /// Pieces as one stream: with `lineToken` after each in words, with a line feed after each in characters.
  func stream(_ pieces: [String]) -> [String] {
    var tokens: [String] = []
    for piece in pieces {
      append(Array(piece.utf8)[...], to: &tokens)
      if let lineEnd { tokens.append(lineEnd) }
    }
    return tokens
  }

  func append(_ text: ArraySlice<UInt8>, to tokens: inout [String]) {
    let text = lowercase ? Array(text.text.lowercased().utf8)[...] : text
    switch (unit, rule) {
    case (.character, _): Tokeniser.appendScalars(text, to: &tokens)
    case (.word, .spaces): Tokeniser.appendRuns(text, to: &tokens)
    case (.word, .words): Tokeniser.appendWords(text, to: &tokens)
    }
  }

  private static let ascii = (0..<128).map { String(Unicode.Scalar(UInt8($0))) }

  private static func appendScalars(_ text: ArraySlice<UInt8>, to tokens: inout [String]) {
    var i = text.startIndex
    while i < text.endIndex {
      let lead = text[i]
      let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
      tokens.append(length == 1 ? ascii[Int(lead)] : text[i..<i + length].text)
      i += length
    }
  }

  private static func appendRuns(_ text: ArraySlice<UInt8>, to tokens: inout [String]) {
    var i = text.startIndex
    while i < text.endIndex {
      let start = i
      while i < text.endIndex, !text[i].isBlank { i += 1 }
      if i > start { tokens.append(text[start..<i].text) }
      i += 1
    }
  }

  private static func appendWords(_ text: ArraySlice<UInt8>, to tokens: inout [String]) {
    var i = text.startIndex
    while i < text.endIndex {
      let start = i
      i += 1
      if text[start].isBlank { continue }
      if text[start].isInWord {
        while i < text.endIndex, text[i].isInWord || joins(text, i) { i += 1 }
      }
      tokens.append(text[start..<i].text)
    }
  }

  /// Whether the mark at `i`, which follows a word byte, also has a word on its right that it belongs to.
  private static func joins(_ text: ArraySlice<UInt8>, _ i: Int) -> Bool {
    guard i + 1 < text.endIndex, text[i + 1].isInWord else { return false }
    switch text[i] {
    case UInt8(ascii: "'"), UInt8(ascii: "-"), UInt8(ascii: "."): return true
    case UInt8(ascii: ","): return text[i - 1].isDigit && text[i + 1].isDigit
    default: return false
    }
  }
}

extension UInt8 {
  fileprivate var isInWord: Bool { isLetter || isDigit || self >= 0x80 }
}
