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
  public var sizes: [String: Int] {
    switch self {
    case .tagged(let splits): splits.sizes
    case .labelled(let splits): splits.sizes
    case .text(let splits): splits.sizes
    }
  }
}

public enum CorpusKind: String, Codable, CaseIterable, Sendable { case tagged, labelled, text }

/// A data set in memory, with what a record must say about it.
public struct LoadedData: Sendable {
  public let name: String
  public let version: String
  public let licence: String
  /// A URL, a Debian package, or the path of a user's own file.
  public let source: String
  /// Hexadecimal SHA-256 over the resolved options and the bytes of all files that were read.
  public let digest: String
  /// All labels, found before subsampling, so that a smaller sample keeps the classes; empty for running text.
  public let labels: LabelSet
  public let corpus: Corpus
  /// What a person should know about how it was read and split: sentences for `unroll data` and for a record.
  public let remarks: [String]

  public init(
    name: String, version: String, licence: String, source: String, digest: String, labels: LabelSet, corpus: Corpus,
    remarks: [String] = []
  ) {
    (self.name, self.version, self.licence, self.source) = (name, version, licence, source)
    (self.digest, self.labels, self.corpus, self.remarks) = (digest, labels, corpus, remarks)
  }
}
