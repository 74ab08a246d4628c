/// One sentence with a tag on every word, nil where no tag is asked for; `words.count == tags.count`, and neither is empty.
public struct TaggedSentence: Equatable, Sendable {
  public var words: [String]
  public var tags: [String?]

  public init(words: [String], tags: [String?]) { (self.words, self.tags) = (words, tags) }
}

/// One text with one label. The tokens are words or characters, as the option `unit` says; never empty.
public struct LabelledText: Equatable, Sendable {
  public var words: [String]
  public var label: String

  public init(words: [String], label: String) { (self.words, self.label) = (words, label) }
}

/// The text of a data set, by what its labels are.
public enum Corpus: Equatable, Sendable {
  case tagged(Splits<TaggedSentence>)
  case labelled(Splits<LabelledText>)
  /// Running text; the items are tokens in the order of reading.
  case text(Splits<String>)

  public var kind: CorpusKind {
    switch self {
    case .tagged: .tagged
    case .labelled: .labelled
    case .text: .text
    }
  }

  /// Sequences per split, or tokens per split for running text.
  public var sizes: [Split: Int] {
    switch self {
    case .tagged(let splits): splits.sizes
    case .labelled(let splits): splits.sizes
    case .text(let splits): splits.sizes
    }
  }
}

/// What the labels of a data set stand on: every word, a whole text, or nothing (running text).
public enum CorpusKind: String, Codable, CaseIterable, Sendable { case tagged, labelled, text }
