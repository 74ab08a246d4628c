import UnrollKernels

/// What a training run needs to go on between two steps, as if nothing had been.
///
/// Order, dropout and every other chance are functions of the seed, the epoch and the step. The best score, patience and the plateaus of
/// the learning rate are counted again from the curve. So none of that is kept.
public struct Checkpoint: Sendable {
  /// How far training is.
  public struct Progress: Codable, Equatable, Sendable {
    /// Whole epochs so far.
    public internal(set) var epoch = 0
    /// Batches of the epoch under way so far.
    public internal(set) var batches = 0
    /// Batches of the epoch under way, all of them.
    public internal(set) var epochBatches = 0
    /// Updates so far.
    public internal(set) var steps = 0
    /// Training tokens so far.
    public internal(set) var tokens = 0
    /// Training time so far, without evaluation.
    public internal(set) var seconds = 0.0
    /// Losses since the last point of the curve.
    public internal(set) var recent = LossSums()
    /// Since then; nil where nobody asks.
    public internal(set) var gradients: GradientNorms?
    /// Evaluations so far.
    public internal(set) var curve: [CurvePoint] = []

    /// Epochs so far, with a fraction inside of one.
    public var epochs: Double { Double(epoch) + Double(batches) / Double(max(1, epochBatches)) }
  }

  /// After the last step before it was made.
  public var progress: Progress
  /// Of the parameters that training changes `weights`, those of the best point (`best`) and the optimiser's moments
  /// (`optimiser.first`, …); and what each shard carries from chunk to chunk (`carried.<shard>.<slot>`).
  public var tensors: [String: Buffer]

  package init(progress: Progress, tensors: [String: Buffer]) { (self.progress, self.tensors) = (progress, tensors) }
}

/// Keeps checkpoints of a run, and says when it ends before its end.
public protocol Checkpointer: AnyObject {
  /// Whether the run is to end between two steps, or two batches of an evaluation, with a last checkpoint.
  var isEnding: Bool { get }
  /// Asked after every step, and after every evaluation.
  func isDue(evaluated: Bool) -> Bool
  /// The tensors are the memory that training goes on in: write or copy them before this returns.
  func keep(_ checkpoint: Checkpoint)
}
