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
  static var summary: String { get }
  /// The kind of data it is made for.
  static var kind: CorpusKind { get }
  static var reading: Reading { get }

  /// - Parameter characters: whether a token is a character, for the names of metrics.
  /// - Throws: `InputError` for data of which nothing can be scored.
  init(_ data: EncodedData, characters: Bool) throws

  /// Number of outputs K.
  var classes: Int { get }
  /// The first is the primary metric.
  var metrics: [Metric] { get }
  /// The batches of one epoch over a split: shuffled by `random`, or in a fixed order when nil.
  func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch]
  /// Batches of the training split to be scored as held-out ones are; whoever takes some of them takes the first.
  func trainingSample(_ options: TrainingOptions, _ random: RandomSource) -> [Batch]
  /// Loss of `logits` [R,K] ([B,K] where the summary is read), with the gradient of `weight` × (sum of losses) in their place.
  func loss(_ logits: Matrix, _ batch: Batch, weight: Float) -> LossSums
  /// Loss of `logits`, which stay, and what they say for every target: a class, or −1 where a logit is not finite.
  func prediction(_ logits: Matrix, _ batch: Batch) -> (sums: LossSums, predicted: [Int32])
  /// Counts predictions up to scores.
  func scorer() -> any Scorer
  /// What can be reached without a model, on the test split: its name and scores.
  func baseline() -> (name: String, scores: [String: Double])
}

/// Adds up what a model predicted, batch by batch.
public protocol Scorer {
  mutating func add(_ batch: Batch, predicted: [Int32], _ sums: LossSums)
  /// Metric name to value. A metric without any case (no unseen word) is left out.
  var scores: [String: Double] { get }
}

extension Task {
  public func trainingSample(_ options: TrainingOptions, _ random: RandomSource) -> [Batch] {
    batches(.train, options, random)
  }

  /// Softmax cross-entropy.
  public func loss(_ logits: Matrix, _ batch: Batch, weight: Float) -> LossSums {
    Kernels.softmaxLoss(logits, targets: batch.targets, weight: weight)
  }

  /// The class of the largest logit.
  public func prediction(_ logits: Matrix, _ batch: Batch) -> (sums: LossSums, predicted: [Int32]) {
    Kernels.evaluateLogits(logits, targets: batch.targets)
  }
}
