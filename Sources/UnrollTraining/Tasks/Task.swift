import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// What the labels mean: which batches there are, how a model is read, how its predictions are scored. It knows no backend.
///
/// To add a task: one file that conforms, one line in `Tasks.all`.
public protocol Task: Sendable {
  /// As in a study.
  static var name: String { get }
  /// Raised when scores of an older version can no longer be compared.
  static var version: Int { get }
  /// One line for `unroll list`.
  static var summary: String { get }
  /// The kind of data it is made for.
  static var kind: CorpusKind { get }
  /// What it reads of the backend.
  static var reading: Reading { get }
  /// What its targets are: classes, if it says nothing.
  static var asks: TargetKind { get }
  /// Whether a text of its own length comes out, which a decoder writes: no, if it says nothing.
  static var writes: Bool { get }
  /// Whether its items are two texts, of which a batch has the first beside the second: no, if it says nothing.
  static var readsPairs: Bool { get }
  /// All that it may have, whatever the data; the first is the primary one.
  static var metrics: [Metric] { get }

  /// - Parameters:
  ///   - data: encoded, all three splits.
  ///   - characters: whether a token is a character, for the names of metrics.
  /// - Throws: `InputError` for data of which nothing can be scored.
  init(_ data: EncodedData, characters: Bool) throws

  /// The network for such a task, with its parameters declared in `parameters`, a builder for it alone.
  ///
  /// - Throws: `InputError` for what cannot be built.
  static func network(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Network

  /// How its labels say where spans begin and end; nil where they do not.
  var spans: SpanScheme? { get }
  /// Number of outputs K.
  var classes: Int { get }
  /// The metrics that such data have: all, if it says nothing. The first is the primary one.
  var metrics: [Metric] { get }
  /// The batches of one epoch over a split: shuffled by `random`, or in a fixed order when nil.
  func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch]
  /// Batches of the training split to be scored as held-out ones are; whoever takes some of them takes the first.
  func trainingSample(_ options: TrainingOptions, _ random: RandomSource) -> [Batch]
  /// What is asked for on a split.
  func targets(_ split: Split) -> Targets
  /// Metric name to value. A metric without any case (no unseen word) is left out.
  func scores(_ predictions: Predictions, _ split: Split) -> [String: Double]
  /// Spans that are there and that were predicted; nil where labels are no spans.
  func spanCounts(_ predictions: Predictions, _ reading: SpanReading) -> SpanCounts?
  /// What was predicted, as it is kept.
  func answers(_ predictions: Predictions) -> Answers
  /// What can be reached without a model, on the test split: its name and scores.
  func baseline() -> (name: String, scores: [String: Double])
}

extension Task {
  public static var asks: TargetKind { .classes }
  public static var writes: Bool { false }
  public static var readsPairs: Bool { false }
  public var metrics: [Metric] { Self.metrics }

  public static func network(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Network {
    try SequenceNetwork(recipe, parameters)
  }

  /// Number of parameters of such a network, without making it: those that training changes, or all.
  ///
  /// - Throws: `InputError` for what cannot be built.
  public static func parameterCount(_ recipe: NetworkRecipe, withFrozen: Bool = false) throws -> Int {
    let builder = ParameterBuilder.counting()
    _ = try network(recipe, builder)
    return withFrozen ? builder.count : builder.trainedCount
  }

  /// What a network for it is told of its data.
  public func data(of encoded: EncodedData) -> NetworkData {
    var data = NetworkData(encoded.vocabulary, outputs: classes, labels: encoded.labels, scales: encoded.scales)
    data.outputCounts = [Int](repeating: 0, count: classes)
    let training = targets(.train)
    for target in training.classes where target != Targets.notAsked { data.outputCounts[Int(target)] += 1 }
    data.targets = encoded.targetVocabulary
    data.spans = spans
    if let rules = data.spanRules {
      let broken = training.items.flatMap { rules.broken(in: training.classes[$0]) }
      data.invalidTransitions = broken.isEmpty ? nil : broken.unique
    }
    if case .sequences(let splits) = encoded.corpus {
      data.characters = Alphabet.written(in: splits.train, encoded.vocabulary)
    }
    return data
  }

  /// The complaint of one that reads pairs.
  package static var needsPairs: InputError {
    InputError(
      "\(name) reads two texts an item, and these have one; a csv or tsv file with both names their columns: text: [FIRST, SECOND]"
    )
  }

  public var spans: SpanScheme? { nil }
  public func spanCounts(_ predictions: Predictions, _ reading: SpanReading) -> SpanCounts? { nil }

  public func trainingSample(_ options: TrainingOptions, _ random: RandomSource) -> [Batch] {
    batches(.train, options, random)
  }

  public func answers(_ predictions: Predictions) -> Answers { .classes(predictions.classes) }
}
