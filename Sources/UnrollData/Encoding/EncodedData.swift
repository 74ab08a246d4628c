import UnrollCore

/// One sequence as integers.
public struct EncodedSequence: Equatable, Sendable {
  /// Vocabulary ids, `[T]`; of a pair those that a decoder reads: the end, then the target.
  public var tokens: [Int32]
  /// One label id per token, `noLabel` where none is asked for, or a single one for the whole sequence; of a pair what a decoder writes:
  /// the target, then the end, as ids of the targets' vocabulary.
  public var labels: [Int32]
  /// Per token, whether its word form occurs in training at all, however rarely, `[T]`.
  public var seen: [Bool]
  /// How each token is written, with its capitals, `[T]`; empty where nobody reads it.
  public var words: [String] = []
  /// Of two texts, with `<sep>` between them, the token with which the second begins; nil of one.
  public var boundary: Int?
  /// Vocabulary ids of another text that stands beside it (a premise, a source); empty where there is none.
  public var source: [Int32] = []
  /// How each token of that is written; empty where nobody reads it.
  public var sourceWords: [String] = []
  /// The target of a pair in words, where the targets' vocabulary lacks some of them; nil where `labels` say it.
  public var reference: [String]?
  /// Scaled numbers of a series, `[T, E]`; empty of words. The tokens of a series are all `<unk>`.
  public var numbers: [Float] = []
  /// Scaled numbers that are asked for, `[T, K]`, NaN where none is; empty where labels are.
  public var targets: [Float] = []

  /// Stands where no label is asked for.
  public static let noLabel: Int32 = -1

  /// A sequence of T tokens: `seen` says of every one whether training has it; `labels` are T, or one of the whole.
  public init(tokens: [Int32], labels: [Int32], seen: [Bool]) {
    (self.tokens, self.labels, self.seen) = (tokens, labels, seen)
  }
}

/// What a model reads: integers, split by split.
public enum EncodedCorpus: Equatable, Sendable {
  /// Sequences of tokens with labels, pairs, or sequences of numbers.
  case sequences(Splits<EncodedSequence>)
  /// Token ids in the order of reading; the targets of a language model are the same, shifted by one.
  case stream(Splits<Int32>)
}

extension EncodedCorpus {
  /// Share of the tokens of every split that are `<unk>`; of pairs those of the targets with their ends.
  public var unknownShares: [Split: Double] { unknownShares(of: \.tokens) }

  /// The same of what stands beside the tokens: the sources of pairs.
  public var unknownSourceShares: [Split: Double] { unknownShares(of: \.source) }

  private func unknownShares(of ids: @escaping (EncodedSequence) -> [Int32]) -> [Split: Double] {
    func share(_ tokens: some Sequence<Int32>) -> Double {
      let (unknown, all) = tokens.reduce(into: (0, 0)) { counts, token in
        counts.0 += token == Vocabulary.unknownID ? 1 : 0
        counts.1 += 1
      }
      return Double(unknown) / Double(max(1, all))
    }
    return switch self {
    case .sequences(let splits): splits.bySplit { share($0.lazy.filter(\.numbers.isEmpty).flatMap(ids)) }
    case .stream(let splits): splits.bySplit { share($0) }
    }
  }
}

/// A data set as integers, with the tables that give them their meaning.
public struct EncodedData: Sendable {
  /// Of the training split, or of a stored model; of pairs that of the sources.
  public let vocabulary: Vocabulary
  /// Of the targets of pairs, one `Vocabulary.end` each among them; nil of all else.
  public let targetVocabulary: Vocabulary?
  /// Empty for running text and for pairs.
  public let labels: LabelSet
  /// Of the training split of a series, or of a stored model; nil of words.
  public let scales: SeriesScales?
  /// Integers (and scaled numbers), split by split.
  public let corpus: EncodedCorpus

  /// Encodes with vocabulary and scales of the training split.
  ///
  /// - Parameters:
  ///   - data: text or numbers, split.
  ///   - minimumCount: rarer tokens of the training split become `<unk>`, on either side of pairs.
  ///   - limit: most frequent tokens that are kept, of either side; 0 for all.
  ///   - spelled: whether sequences keep how their words are written.
  /// - Throws: `InputError` for a label that the data do not name, and a target that has an end of its own.
  public init(_ data: LoadedData, minimumCount: Int = 1, limit: Int = 0, spelled: Bool = false) throws {
    let vocabulary = Vocabulary(counting: data.corpus, minimumCount: minimumCount, limit: limit)
    let targets = Vocabulary(countingTargets: data.corpus, minimumCount: minimumCount, limit: limit)
    try self.init(
      data.corpus, vocabulary: vocabulary, targetVocabulary: targets, labels: data.labels,
      scales: SeriesScales(measuring: data.corpus), spelled: spelled)
  }

  /// Encodes with tables that were made before, for example those of a stored model.
  ///
  /// - Parameters:
  ///   - corpus: what is to be encoded.
  ///   - vocabulary: tokens that it lacks become `<unk>`.
  ///   - targetVocabulary: pairs need one, with `Vocabulary.end` in it.
  ///   - labels: all that may stand in the corpus.
  ///   - scales: a series needs them.
  ///   - spelled: whether sequences keep how their words are written.
  /// - Throws: `InputError` for a label that `labels` does not have, and a target that has an end of its own.
  public init(
    _ corpus: Corpus, vocabulary: Vocabulary, targetVocabulary: Vocabulary? = nil, labels: LabelSet,
    scales: SeriesScales? = nil, spelled: Bool = false
  ) throws {
    (self.vocabulary, self.targetVocabulary, self.labels, self.scales) = (vocabulary, targetVocabulary, labels, scales)
    switch corpus {
    case .tagged(let splits):
      self.corpus = .sequences(try splits.map { try EncodedSequence($0, vocabulary, labels, spelled) })
    case .labelled(let splits):
      self.corpus = .sequences(try splits.map { try EncodedSequence($0, vocabulary, labels, spelled) })
    case .pairs(let splits):
      guard let targetVocabulary, targetVocabulary.id(Vocabulary.end) != Vocabulary.unknownID else {
        throw InputError(
          "the vocabulary of the targets lacks \(Vocabulary.end): lower minimum_count, or raise vocabulary_limit")
      }
      self.corpus = .sequences(try splits.map { try EncodedSequence($0, vocabulary, targetVocabulary, spelled) })
    case .text(let splits):
      self.corpus = .stream(splits.map { vocabulary.id($0) })
    case .series(let splits):
      guard let scales else {
        throw InputError("numbers are read with the scales of a model for numbers, and there are none")
      }
      self.corpus = .sequences(try splits.map { try EncodedSequence($0, scales, labels) })
    }
  }
}

extension EncodedSequence {
  init(_ item: some TextItem, _ vocabulary: Vocabulary, _ labels: LabelSet, _ spelled: Bool) throws {
    let found = item.words.map(vocabulary.find)
    tokens = found.map { max(0, $0) }
    seen = found.map { $0 >= 0 }
    words = spelled ? item.written ?? item.words : []
    boundary = item.boundary
    self.labels = try labels.ids(item.labelNames)
  }

  init(_ item: TextPair, _ vocabulary: Vocabulary, _ targets: Vocabulary, _ spelled: Bool) throws {
    if let complaint = item.complaint { throw InputError(complaint) }
    let (end, found) = (targets.id(Vocabulary.end), item.target.map(targets.find))
    let ids = found.map { max(0, $0) }
    (tokens, labels, seen) = ([end] + ids, ids + [end], [true] + found.map { $0 >= 0 })
    reference = ids.contains(Vocabulary.unknownID) ? item.target : nil
    source = item.source.map(vocabulary.id)
    sourceWords = spelled ? item.writtenSource ?? item.source : []
  }

  init(_ item: NumberSequence, _ scales: SeriesScales, _ labels: LabelSet) throws {
    tokens = [Int32](repeating: Vocabulary.unknownID, count: item.length)
    seen = [Bool](repeating: true, count: item.length)
    (numbers, targets) = try scales.scaled(item)
    self.labels = try labels.ids(item.labels)
  }
}

extension TextPair {
  /// What is wrong with a target that has the end in it; nil where it has none.
  var complaint: String? {
    guard target.contains(Vocabulary.end) else { return nil }
    return "the target has the token \(Vocabulary.end), which stands for its end: write it otherwise"
  }
}

extension EncodedSequence {
  /// Of two texts the second with the first beside it, both without `<sep>`; nil of one.
  public var pair: EncodedSequence? {
    guard let boundary else { return nil }
    func first<Part>(_ all: [Part]) -> [Part] { Array(all.prefix(boundary - 1)) }
    func second<Part>(_ all: [Part]) -> [Part] { Array(all.dropFirst(boundary)) }
    var pair = EncodedSequence(tokens: second(tokens), labels: labels, seen: second(seen))
    (pair.words, pair.source, pair.sourceWords) = (second(words), first(tokens), first(words))
    return pair
  }
}

extension LabelSet {
  fileprivate func ids(_ names: [String?]) throws -> [Int32] {
    try names.map { name in
      guard let name else { return EncodedSequence.noLabel }
      guard let id = id(name) else { throw InputError(Suggestion.unknown("label", name, known: self.names)) }
      return id
    }
  }
}

extension Vocabulary {
  /// The vocabulary of a corpus' training split; of pairs that of the sources.
  public init(counting corpus: Corpus, minimumCount: Int = 1, limit: Int = 0) {
    switch corpus {
    case .tagged(let splits):
      self.init(counting: splits.train.lazy.flatMap(\.words), minimumCount: minimumCount, limit: limit)
    case .labelled(let splits):
      self.init(counting: splits.train.lazy.flatMap(\.words), minimumCount: minimumCount, limit: limit)
    case .pairs(let splits):
      self.init(counting: splits.train.lazy.flatMap(\.source), minimumCount: minimumCount, limit: limit)
    case .text(let splits):
      self.init(counting: splits.train, minimumCount: minimumCount, limit: limit)
    case .series: self.init(counting: EmptyCollection())
    }
  }

  /// The vocabulary of the targets of a training split, with one `end` each; nil where the corpus is not of pairs.
  public init?(countingTargets corpus: Corpus, minimumCount: Int = 1, limit: Int = 0) {
    guard case .pairs(let splits) = corpus else { return nil }
    let tokens = splits.train.lazy.flatMap { $0.target + [Vocabulary.end] }
    self.init(counting: tokens, minimumCount: minimumCount, limit: limit)
  }
}
