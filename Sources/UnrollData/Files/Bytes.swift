extension UInt8 {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let hash = UInt8(ascii: "#")
  static let underscore = UInt8(ascii: "_")

  /// Space, tab or line feed. Unicode's other spaces are ordinary characters of a token.
  var isBlank: Bool { self == .space || self == .tab || self == .newline }
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}

extension Float {
  /// A finite number as people write it: Swift reads `0x10` and `inf`, too.
  init?(decimal text: String) {
    guard let value = Float(text), value.isFinite, !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }) else {
      return nil
    }
    self = value
  }
}

extension ArraySlice<UInt8> {
  var text: String { String(decoding: self, as: UTF8.self) }

  /// Without blanks at both ends.
  var trimmed: ArraySlice<UInt8> {
    guard let first = firstIndex(where: { !$0.isBlank }), let last = lastIndex(where: { !$0.isBlank }) else {
      return self[startIndex..<startIndex]
    }
    return self[first...last]
  }

  var isBlank: Bool { allSatisfy(\.isBlank) }

  /// Whether these are a single `_`, which in CoNLL-U says that nothing is stated.
  var isUnderscore: Bool { count == 1 && first == .underscore }

  /// Fields between single separators; empty fields count.
  func fields(_ separator: UInt8) -> [ArraySlice<UInt8>] {
    split(separator: separator, omittingEmptySubsequences: false)
  }

  /// Runs of bytes that are not blank.
  var words: [ArraySlice<UInt8>] { split(whereSeparator: \.isBlank) }
}
