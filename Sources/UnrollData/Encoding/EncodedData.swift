import UnrollCore

/// One sequence as integers.
public struct EncodedSequence: Equatable, Sendable {
  /// Vocabulary ids, `[T]`.
  public var tokens: [Int32]
  /// One label id per token, `noLabel` where none is asked for, or a single one for the whole sequence.
  public var labels: [Int32]
  /// Per token, whether its word form occurs in training at all, however rarely, `[T]`.
  public var seen: [Bool]

  /// Stands where no label is asked for.
  public static let noLabel: Int32 = -1

  public init(tokens: [Int32], labels: [Int32], seen: [Bool]) {
    (self.tokens, self.labels, self.seen) = (tokens, labels, seen)
  }
}

/// What a model reads: integers, split by split.
public enum EncodedCorpus: Equatable, Sendable {
  case sequences(Splits<EncodedSequence>)
  /// Token ids in the order of reading; the targets of a language model are the same, shifted by one.
  case stream(Splits<Int32>)
}

extension EncodedCorpus {
  /// Share of the tokens of every split that are `<unk>`.
  public var unknownShares: [Split: Double] {
    func share(_ tokens: some Sequence<Int32>) -> Double {
      let (unknown, all) = tokens.reduce(into: (0, 0)) { counts, token in
        counts.0 += token == Vocabulary.unknownID ? 1 : 0
        counts.1 += 1
      }
      return Double(unknown) / Double(max(1, all))
    }
    return switch self {
    case .sequences(let splits): splits.bySplit { share($0.lazy.flatMap(\.tokens)) }
    case .stream(let splits): splits.bySplit { share($0) }
    }
  }
}

/// A data set as integers, with the tables that give them their meaning.
public struct EncodedData: Sendable {
  /// Of the training split, or of a stored model.
  public let vocabulary: Vocabulary
  /// Empty for running text.
  public let labels: LabelSet
  public let corpus: EncodedCorpus

  /// Encodes with the vocabulary of the training split.
  public init(_ data: LoadedData, minimumCount: Int = 1, limit: Int = 0) throws {
    let vocabulary = Vocabulary(counting: data.corpus, minimumCount: minimumCount, limit: limit)
    try self.init(data.corpus, vocabulary: vocabulary, labels: data.labels)
  }

  /// Encodes with tables that were made before, for example those of a stored model.
  ///
  /// - Throws: `InputError` for a label that `labels` does not have.
  public init(_ corpus: Corpus, vocabulary: Vocabulary, labels: LabelSet) throws {
    (self.vocabulary, self.labels) = (vocabulary, labels)
    switch corpus {
    case .tagged(let splits):
      self.corpus = .sequences(try splits.map { try EncodedSequence($0, vocabulary, labels) })
    case .labelled(let splits):
      self.corpus = .sequences(try splits.map { try EncodedSequence($0, vocabulary, labels) })
    case .text(let splits):
      self.corpus = .stream(splits.map { vocabulary.id($0) })
    }
  }
}

extension EncodedSequence {
  init(_ item: some SequenceItem, _ vocabulary: Vocabulary, _ labels: LabelSet) throws {
    let found = item.words.map(vocabulary.find)
    tokens = found.map { max(0, $0) }
    seen = found.map { $0 >= 0 }
    self.labels = try item.labelNames.map { name in
      guard let name else { return EncodedSequence.noLabel }
      guard let id = labels.id(name) else {
        throw InputError(Suggestion.unknown("label", name, known: labels.names))
      }
      return id
    }
  }
}

extension Vocabulary {
  /// The vocabulary of a corpus' training split.
  public init(counting corpus: Corpus, minimumCount: Int = 1, limit: Int = 0) {
    switch corpus {
    case .tagged(let splits):
      self.init(counting: splits.train.lazy.flatMap(\.words), minimumCount: minimumCount, limit: limit)
    case .labelled(let splits):
      self.init(counting: splits.train.lazy.flatMap(\.words), minimumCount: minimumCount, limit: limit)
    case .text(let splits):
      self.init(counting: splits.train, minimumCount: minimumCount, limit: limit)
    }
  }
}
