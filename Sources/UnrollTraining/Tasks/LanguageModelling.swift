import CLibrary
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// The next token of running text; state is carried from chunk to chunk, gradients are not (truncated back-propagation).
///
/// Where training has no `<unk>`, no model can learn how probable it is, and every step only makes it less so: unknown tokens of
/// held-out text are then read, but neither model nor baseline is asked for them. A `minimum_count` or a limit of the vocabulary
/// turns rare training tokens into `<unk>`, which is then a token like any other.
public struct LanguageModelling: Task {
  public static let name = "language-modelling"
  public static let version = 2
  public static let summary = "the next token of running text, with carried state"
  public static let kind = CorpusKind.text
  public static let reading = Reading.causal
  public static let metrics: [Metric] = [.nats, .perplexity, .bits]

  public let classes: Int
  public let metrics: [Metric]
  private let stream: Splits<Int32>
  /// Tokens that no one is asked for, or nil.
  private let ignored: Int32?

  /// - Throws: `InputError` when a held-out split has nothing but unknown tokens to predict.
  public init(_ data: EncodedData, characters: Bool) throws {
    guard case .stream(let stream) = data.corpus else { preconditionFailure("language modelling wants running text") }
    self.stream = stream
    classes = data.vocabulary.count
    metrics = LanguageModelling.metrics.filter { characters || $0 != .bits }
    ignored = data.vocabulary.counts[Int(Vocabulary.unknownID)] > 0 ? nil : Vocabulary.unknownID
    for split in [Split.development, .test] where !stream[split].dropFirst().contains(where: { $0 != ignored }) {
      throw InputError(
        "training has none of the tokens that the \(split.rawValue) split asks for: give more text, or raise minimum_count"
      )
    }
  }

  /// Training text in as many columns as a batch has; held-out text as `StreamBatcher.scored` reads it.
  public func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] {
    guard split == .train else {
      return StreamBatcher(tokens: stream[split], ignored: ignored).scored(classes: classes)
    }
    return StreamBatcher(tokens: stream.train).batches(columns: options.batch, chunk: options.chunk)
  }

  public func trainingSample(_ options: TrainingOptions, _ random: RandomSource) -> [Batch] {
    StreamBatcher(tokens: stream.train).scored(classes: classes)
  }

  public func targets(_ split: Split) -> Targets {
    let classes = stream[split].dropFirst().map { $0 == ignored ? Targets.notAsked : $0 }
    return Targets(classes: classes, itemStarts: Array(stride(from: 0, to: classes.count, by: ItemScores.block)))
  }

  public func scores(_ predictions: Predictions, _ split: Split) -> [String: Double] { scores(predictions.sums) }

  /// Nats, and what follows from them.
  func scores(_ sums: LossSums) -> [String: Double] {
    let all = [
      Metric.nats.name: sums.mean, Metric.perplexity.name: exp(sums.mean), Metric.bits.name: sums.mean / log(2),
    ]
    return all.filter { name, _ in metrics.contains { $0.name == name } }
  }

  /// Unigram frequencies of training, one added to every count.
  public func baseline() -> (name: String, scores: [String: Double]) {
    var counts = [Double](repeating: 1, count: classes)
    for token in stream.train { counts[Int(token)] += 1 }
    if let ignored { counts[Int(ignored)] = 0 }
    let total = log(counts.reduce(0, +))
    let targets = stream.test.dropFirst().filter { $0 != ignored }
    var sums = LossSums()
    sums.loss = targets.reduce(0) { $0 + total - log(counts[Int($1)]) }
    sums.count = targets.count
    return ("unigram frequencies", scores(sums))
  }
}
