/// One sentence with a tag on every word, nil where no tag is asked for; `words.count == tags.count`, and neither is empty.
public struct TaggedSentence: Equatable, Sendable {
  public var words: [String]
  /// One a word: the tag's name, or nil where no tag is asked for.
  public var tags: [String?]
  /// The words as they stand in the text, where `words` are in small letters; nil where they are the same.
  public var written: [String]?

  /// A sentence of `words.count` tags; `written` that is equal to `words` is not kept.
  public init(words: [String], tags: [String?], written: [String]? = nil) {
    (self.words, self.tags, self.written) = (words, tags, written == words ? nil : written)
  }
}

/// One text with one label, or two texts with the token `<sep>` between them. Tokens are words or characters, as the option `unit` says;
/// no text is empty.
public struct LabelledText: Equatable, Sendable {
  public var words: [String]
  /// The class's name.
  public var label: String
  /// The words as they stand in the text, where `words` are in small letters; nil where they are the same.
  public var written: [String]?
  /// Of two texts where the second begins in `words`, behind `<sep>`; nil of one.
  public var boundary: Int?

  /// A text that has at least one word, or two with `<sep>` between them; `written` that is equal to `words` is not kept.
  public init(words: [String], label: String, written: [String]? = nil, boundary: Int? = nil) {
    precondition(boundary.map { (2..<words.count).contains($0) } ?? true, "both texts need a word")
    (self.words, self.label, self.written) = (words, label, written == words ? nil : written)
    self.boundary = boundary
  }

  /// One text, or two, as a tokeniser reads them.
  package init(_ texts: [ArraySlice<UInt8>], label: String, _ tokeniser: Tokeniser) {
    func joined(_ parts: [[String]]) -> [String] { Array(parts.joined(separator: ["<sep>"])) }
    let (parts, written) = (texts.map(tokeniser.tokens), texts.compactMap(tokeniser.written))
    self.init(
      words: joined(parts), label: label, written: written.isEmpty ? nil : joined(written),
      boundary: parts.count > 1 ? parts[0].count + 1 : nil)
  }
}

/// A text and the text that is to come out of it. Either one's tokens are words or characters, and neither is empty.
public struct TextPair: Equatable, Sendable {
  public var source: [String]
  /// What is asked for, without an end of its own.
  public var target: [String]
  /// The source's words as they stand in the text, where `source` is in small letters; nil where they are the same.
  public var writtenSource: [String]?

  /// Two texts that have at least one token each; `writtenSource` that is equal to `source` is not kept.
  public init(source: [String], target: [String], writtenSource: [String]? = nil) {
    (self.source, self.target) = (source, target)
    self.writtenSource = writtenSource == source ? nil : writtenSource
  }
}

/// The text or the numbers of a data set, by what is asked for.
public enum Corpus: Equatable, Sendable {
  /// Sentences with a tag on every word.
  case tagged(Splits<TaggedSentence>)
  /// Texts with one label each.
  case labelled(Splits<LabelledText>)
  /// Texts with another text that is to come out of each.
  case pairs(Splits<TextPair>)
  /// Running text; the items are tokens in the order of reading.
  case text(Splits<String>)
  /// Rows of numbers; no split is empty.
  case series(Splits<NumberSequence>)

  /// What is asked for; of a series the first training sequence tells.
  public var kind: CorpusKind {
    switch self {
    case .tagged: .tagged
    case .labelled: .labelled
    case .pairs: .pairs
    case .text: .text
    case .series(let splits):
      switch splits.train.first?.columns.target {
      case .labelOfStep: .tagged
      case .labelOfSequence: .labelled
      case .numbers, nil: .series
      }
    }
  }

  /// Sequences per split, or tokens per split for running text.
  public var sizes: [Split: Int] {
    switch self {
    case .tagged(let splits): splits.sizes
    case .labelled(let splits): splits.sizes
    case .pairs(let splits): splits.sizes
    case .text(let splits): splits.sizes
    case .series(let splits): splits.sizes
    }
  }
}

/// What is asked for: a label of every step, one of the whole sequence, another text, the next token of running text, or numbers at
/// every step.
public enum CorpusKind: String, Codable, CaseIterable, Sendable {
  /// A label of every step, of words or of numbers.
  case tagged
  /// One label of a whole sequence, of words or of numbers.
  case labelled
  /// Another text for each.
  case pairs = "source and target"
  /// The next token of running text.
  case text
  /// Numbers at every step.
  case series
}
