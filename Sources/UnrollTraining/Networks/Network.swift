import UnrollCore
import UnrollKernels
import UnrollLayers

/// What is trained, kept and used: from a batch to a loss and its gradients, and from a batch to predictions.
///
/// Training, scoring, streams and measurements of speed know nothing else of a model. The shards of a step read it at the same time: its
/// parameters change between steps alone.
public protocol Network: AnyObject, Sendable {
  /// All of its values, in one slab.
  var parameters: Parameters { get }
  /// What is handed over from a batch that is continued to the next; empty where every batch begins anew.
  var carried: [StateSlot] { get }
  /// Multiply-adds for one token.
  var multiplyAddsPerToken: Int { get }
  /// Floats carried from step to step for one sequence, as the layers declare them; nil for a network that needs the whole sequence.
  var stateFloats: Int? { get }
  /// Floats carried from step to step for one sequence, counted from the state that a step returns; nil for a network that
  /// needs the whole sequence.
  func measuredStateFloats() -> Int?
  /// What the layers report of themselves, as far as it is finite.
  func measurements() -> [String: Double]

  /// What training reads in the place of a batch, before it is cut into shards: words that are dropped for a step.
  func corrupted(_ batch: Batch, _ random: RandomSource) -> Batch
  /// Losses of one batch, and the way back.
  ///
  /// - Parameters:
  ///   - batch: packed, longest sequence first.
  ///   - state: one [B, width] matrix a slot of `carried`; nil for the empty state.
  ///   - weight: of every target's loss in the gradient.
  ///   - pass: memory, parameters and randomness, in training or differentiation.
  func loss(_ batch: Batch, from state: [Matrix]?, weight: Float, _ pass: Pass) -> NetworkLoss
  /// What it says of one batch, without dropout.
  func predict(_ batch: Batch, from state: [Matrix]?, _ pass: Pass) -> NetworkPrediction
  /// The network for tokens that come one at a time, in `sequences` sequences side by side.
  ///
  /// - Throws: `InputError` for a network that needs tokens which have not come yet.
  func stream(sequences: Int) throws -> NetworkStream
}

/// What a forward run in training leaves.
public struct NetworkLoss {
  /// Losses of all targets of the batch, unweighted.
  public let sums: LossSums
  /// After the last steps, one matrix a slot of `carried`.
  public let state: [Matrix]
  /// Adds the gradients of `weight` × (sum of losses) to the pass's slab. Call it at most once.
  public let pullback: () -> Void

  /// - Parameters:
  ///   - sums: losses of all targets of the batch, unweighted.
  ///   - state: after the last steps, one matrix a slot of `carried`.
  ///   - pullback: adds the gradients to the pass's slab.
  public init(sums: LossSums, state: [Matrix], pullback: @escaping () -> Void) {
    (self.sums, self.state, self.pullback) = (sums, state, pullback)
  }
}

/// What a forward run in evaluation leaves.
public struct NetworkPrediction {
  /// Of every target of the batch.
  public let prediction: Prediction
  /// After the last steps, one matrix a slot of `carried`.
  public let state: [Matrix]

  /// A prediction and the state after the last steps, one matrix a slot of `carried`.
  public init(_ prediction: Prediction, state: [Matrix]) { (self.prediction, self.state) = (prediction, state) }
}

/// What a network says of the targets of one batch, in the batch's order.
public struct Prediction {
  /// Over the targets of the batch that count.
  public let sums: LossSums
  /// A class for every target, [R] or [B]; −1 where an output is not finite. Empty of numbers.
  public let classes: [Int32]
  /// [R, K] row by row: the numbers that are asked for, scaled, or probabilities of yes. Empty of classes.
  public let numbers: [Float]
  /// Of every target, nats, or squares of scaled numbers; what is shared by a sequence stands with its first. 0 where nothing is asked for.
  public let losses: [Float]
  /// The probability of the class that is predicted, for every target that counts; empty of numbers, and where a head chooses classes together.
  public let confidences: [Float]
  /// The probability of every class, or of every yes, for every target, [R, K] or [B, K], in the pass's memory; of numbers the numbers
  /// themselves. Call it at most once.
  public let probabilities: () -> Matrix

  /// What a head says; `classes` and `confidences`, or `numbers`, and a loss for every target.
  public init(
    sums: LossSums, classes: [Int32] = [], numbers: [Float] = [], losses: [Float], confidences: [Float] = [],
    probabilities: @escaping () -> Matrix
  ) {
    (self.sums, self.classes, self.numbers) = (sums, classes, numbers)
    (self.losses, self.confidences, self.probabilities) = (losses, confidences, probabilities)
  }

  /// What is not finite in it: `loss` or `output`.
  var broken: String? {
    guard sums.loss.isFinite else { return "loss" }
    return classes.contains { $0 < 0 } || numbers.contains { !$0.isFinite } ? "output" : nil
  }
}
