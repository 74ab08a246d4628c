import CLibrary
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// A text for a text, of another length and in other words: translation, pronunciation, commands and what they do.
///
/// Losses are those of a decoder that reads the true text up to each token (teacher forcing); everything else is scored on what it writes by
/// itself. Where targets have more than `closed` different tokens they are sentences of a language, and BLEU comes first; otherwise the share of
/// texts that are wholly right. (Of words and their phones 1 − that is the word error rate, and the token error rate that of phones.) A source that
/// stands several times in a split is asked once, and the text of any of its pairs is right. Where sources have two and
/// more targets in the mean (names of a language) no text is the right one: then only losses are scored.
public struct SequenceToSequence: Task {
  public static let name = "sequence-to-sequence"
  public static let version = 1
  public static let summary = "a text for a text, written by a decoder (translation, pronunciation)"
  public static let kind = CorpusKind.pairs
  public static let reading = Reading.everyStep
  public static let writes = true
  public static let metrics: [Metric] = [
    .exactMatch, .bleu, .chrF, .tokenErrorRate, .nats, .perplexity, .tokenAccuracy, .repeats, .copies,
  ]

  /// Most different tokens of targets that count as signs, not as the words of a language.
  static let closed = 500

  public let classes: Int
  public let metrics: [Metric]
  private let sequences: Splits<EncodedSequence>
  private let isOneToMany: Bool
  private let (vocabulary, targetVocabulary): (Vocabulary, Vocabulary)

  public init(_ data: EncodedData, characters: Bool) {
    guard case .sequences(let sequences) = data.corpus, let targets = data.targetVocabulary else {
      preconditionFailure("a decoder wants pairs of texts")
    }
    (self.sequences, vocabulary, targetVocabulary, classes) = (sequences, data.vocabulary, targets, targets.count)
    let isOfLanguage = targets.count > SequenceToSequence.closed
    // A source can be copied where some of its words are also words of targets.
    let canCopy = data.vocabulary.tokens.dropFirst().contains { targets.id($0) != Vocabulary.unknownID }
    let all = sequences.all
    isOneToMany = 2 * Set(all.map(\.source)).count <= Set(all.map { [$0.source, $0.labels] }).count
    let ofLosses: [Metric] = [.nats, .perplexity, .tokenAccuracy]
    let first: [Metric] = isOfLanguage ? [.bleu, .chrF, .exactMatch] : [.exactMatch]
    metrics =
      isOneToMany ? ofLosses : first + [.tokenErrorRate] + ofLosses + [.repeats] + (canCopy ? [.copies] : [])
  }

  public static func network(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Network {
    try EncoderDecoder(recipe, parameters)
  }

  public func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] {
    SequenceBatcher(sequences: sequences[split], perToken: true).batches(options.batch, random)
  }

  public func targets(_ split: Split) -> Targets {
    var targets = Targets(classes: sequences[split].flatMap(\.labels), itemStarts: sequences[split].starts)
    targets.alternatives = alternatives(split)
    return targets
  }

  /// What is not known of a source tells it apart from all others.
  private func alternatives(_ split: Split) -> [[Int]] {
    if isOneToMany { return sequences[split].indices.map { [$0] } }
    var firsts: [[Int32]: Int] = [:]
    var alternatives = [[Int]](repeating: [], count: sequences[split].count)
    for (item, sequence) in sequences[split].enumerated() {
      guard !sequence.source.contains(Vocabulary.unknownID), let first = firsts[sequence.source] else {
        firsts[sequence.source] = item
        alternatives[item] = [item]
        continue
      }
      alternatives[first].append(item)
    }
    return alternatives
  }

  public func scores(_ predictions: Predictions, _ split: Split) -> [String: Double] {
    var scores = written(predictions, split)
    if predictions.sums.count > 0 {
      var counts = ClassCounts(classes: classes)
      predictions.each { counts.add(truth: $1, predicted: $2) }
      scores[Metric.nats.name] = predictions.sums.mean
      scores[Metric.perplexity.name] = exp(predictions.sums.mean)
      scores[Metric.tokenAccuracy.name] = counts.accuracy
    }
    return scores.filter { name, _ in metrics.contains { $0.name == name } }
  }

  /// Of what was written; none where nobody looked.
  private func written(_ predictions: Predictions, _ split: Split) -> [String: Double] {
    var (edits, bleu, chrF, counts) = (EditDistance(), BLEU(), ChrF(), OutputCounts())
    let scoresText = metrics.contains(.bleu)
    for (item, text) in predictions.texts.enumerated() {
      let alternatives = predictions.targets.alternatives[item]
      guard let text, !alternatives.isEmpty else { continue }
      let source = sequences[split][item].source.map { vocabulary.tokens[Int($0)] }
      let (said, asked) = (text.map(name), alternatives.map { reference(sequences[split][$0]) })
      edits += EditDistance(said, asked)
      counts += OutputCounts(said, asked, source: source)
      guard scoresText else { continue }
      let (output, references) = (said.joined(separator: " "), asked.map { $0.joined(separator: " ") })
      bleu += BLEU(output, references)
      chrF += ChrF(output, references)
    }
    guard counts.count > 0 else { return [:] }
    return [
      Metric.exactMatch.name: counts.exactMatch, Metric.bleu.name: bleu.score, Metric.chrF.name: chrF.score,
      Metric.tokenErrorRate.name: edits.rate, Metric.repeats.name: counts.repeats, Metric.copies.name: counts.copies,
    ]
  }

  private func reference(_ sequence: EncodedSequence) -> [String] {
    sequence.reference ?? sequence.labels.dropLast().map(name)
  }

  private func name(_ id: Int32) -> String { targetVocabulary.tokens[Int(id)] }

  public func answers(_ predictions: Predictions) -> Answers { .texts(predictions.texts.map { $0 ?? [] }) }

  /// The most frequent target of training, for every source.
  public func baseline() -> (name: String, scores: [String: Double]) {
    var counts: [[Int32]: Int] = [:]
    for sequence in sequences.train { counts[sequence.labels, default: 0] += 1 }
    let most = counts.values.max()
    let common = sequences.train.first { counts[$0.labels] == most }?.labels.dropLast() ?? []
    let said = [[Int32]](repeating: Array(common), count: sequences.test.count)
    return isOneToMany
      ? ("frequencies of tokens", frequencies())
      : ("most frequent target", scores(Predictions(texts: said, of: targets(.test)), .test))
  }

  /// Frequencies of training, one added to every count.
  private func frequencies() -> [String: Double] {
    var counts = [Double](repeating: 1, count: classes)
    for sequence in sequences.train { for label in sequence.labels { counts[Int(label)] += 1 } }
    let (total, asked) = (log(counts.reduce(0, +)), targets(.test).classes)
    let nats = asked.reduce(0) { $0 + total - log(counts[Int($1)]) } / Double(max(1, asked.count))
    return [Metric.nats.name: nats, Metric.perplexity.name: exp(nats)]
  }
}
