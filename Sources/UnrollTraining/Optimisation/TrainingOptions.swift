import UnrollCore
import UnrollData

/// How one model is trained.
public struct TrainingOptions: Options {
  /// The learning rate after the warm-up.
  public enum Schedule: String, CaseIterable, Sendable {
    /// The peak throughout.
    case constant
    /// Half a cosine from the peak to zero at the end of the last epoch (Loshchilov & Hutter 2017).
    case cosine
    /// The peak, multiplied by `plateauFactor` whenever development stalls.
    case plateau
  }

  public static let table: [OptionKey<TrainingOptions>] =
    [
      OptionKey("epochs", \.epochs, in: 1...100_000, "passes over the training split, at most"),
      OptionKey("batch", \.batch, in: 1...65_536, "sequences in a batch (columns of running text)"),
      OptionKey("chunk", \.chunk, in: 1...1_048_576, "running text: steps of truncated back-propagation through time")
        .needs("running text") { $0.kind == .text },
      OptionKey("clip", \.clip, in: 0...1e9, "largest global norm of the gradient; 0 for none"),
      OptionKey("schedule", \.schedule, "learning rate after the warm-up"),
      OptionKey("warmup", \.warmup, in: 0...10_000_000, "steps of linear warm-up"),
      OptionKey(
        "plateau_factor", \.plateauFactor, in: 0.001...1, "plateau: factor of the rate when development stalls"
      ).needs("schedule: plateau") { $0.schedule == .plateau },
      OptionKey(
        "plateau_patience", \.plateauPatience, in: 0...1000, "plateau: evaluations without progress that are borne"
      ).needs("schedule: plateau") { $0.schedule == .plateau },
      OptionKey(
        "patience", \.patience, in: 0...1000, "evaluations without progress before stopping early; 0 to never stop"),
      OptionKey(
        "select", \.select,
        "development metric that keeps the best weights and stops early, the first of the report; the task's first one when nothing stands here"
      ).later,
      OptionKey(
        "seconds", \.seconds, in: 0...1e9,
        "training ends at the first evaluation after so many seconds of it, 0 for none; how far it comes, and its bits, then hang on the machine"
      ).later,
      OptionKey("evaluations", \.evaluations, in: 1...1000, "evaluations on development in each epoch"),
      OptionKey(
        "shards", \.shards, in: 1...64, "parts of each batch, summed in order: same results for any number of threads"),
      OptionKey(
        "diagnosis", \.diagnosis,
        "record what gradients do: their norms at every evaluation, how far they reach before training and after it"
      ).later,
    ] + OptimiserOptions.table.map { $0.lifted(\.optimiser) }

  /// Passes over the training split, at most.
  public var epochs = 10
  /// Sequences in a batch; of running text columns that are read side by side.
  public var batch = 32
  /// Running text: steps of truncated back-propagation through time.
  public var chunk = 64
  /// Largest norm of the gradient of all parameters; 0 for no clipping (Pascanu et al. 2013).
  public var clip = 1.0
  /// Of all parameters; their groups have factors of it.
  public var schedule = Schedule.constant
  /// Steps in which the learning rate rises evenly to its peak.
  public var warmup = 0
  /// `plateau`: factor of the rate when development stalls.
  public var plateauFactor = 0.5
  /// `plateau`: evaluations without progress that are borne.
  public var plateauPatience = 0
  /// Evaluations without progress before training stops early; 0 to never stop.
  public var patience = 0
  /// Development metric that keeps the best weights and stops early, and the first in a report; empty for the task's first one.
  public var select = ""
  /// Training time after which it ends at the next evaluation; 0 for no limit. How far it comes, and its bits, then hang on the machine.
  public var seconds = 0.0
  /// Evaluations on development in each epoch.
  public var evaluations = 1
  /// Parts of each batch, summed in order: more of them give work to more threads; results are the same for any number of threads.
  public var shards = 1
  /// Whether the curve says what gradients do.
  public var diagnosis = false
  /// Update rule, step size, weight decay.
  public var optimiser = OptimiserOptions()
  /// What is trained on. No key sets it, but some keys mean something to one kind alone.
  public var kind = CorpusKind.text

  public init() {}

  public func validate() throws {
    try optimiser.validate()
    if shards > batch { throw InputError("shards (\(shards)) must not exceed batch (\(batch))") }
  }
}
