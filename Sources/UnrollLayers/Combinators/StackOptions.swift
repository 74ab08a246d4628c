import UnrollCore
import UnrollKernels

/// Options that every backend has: how its layers are put together, and how an acceptor reads them.
public struct StackOptions: Options {
  /// Which way layers read.
  public enum Direction: String, CaseIterable, Sendable {
    /// From the first step to the last.
    case forward
    /// Every layer both ways over the whole sequence, with parameters of its own; cannot be streamed.
    case bidirectional
  }

  /// What becomes of two directions.
  public enum Merge: String, CaseIterable, Sendable {
    /// Side by side, 2H wide.
    case concat
    /// Added, H wide.
    case sum
  }

  /// What stands around every layer.
  public enum Residual: String, CaseIterable, Sendable {
    /// Nothing.
    case none
    /// x + layer(norm(x)), and a last norm on top.
    case prenorm
  }

  /// What one label for a sequence is read from.
  public enum Pooling: String, CaseIterable, Sendable {
    /// The output at the sequence's end; of two directions, at both ends.
    case last
    /// The mean over all steps.
    case mean
    /// The largest value over all steps, unit by unit.
    case max
    /// Σ α_t h_t with α = softmax(wᵀh) over the steps, w trained.
    case attention
  }

  /// Where every layer begins.
  public enum InitialState: String, CaseIterable, Sendable {
    /// At the slot's value for "nothing seen yet", most often zero.
    case empty
    /// At a trained vector, the same for all sequences.
    case learned
  }

  public static let table: [OptionKey<StackOptions>] = [
    OptionKey("width", \.width, in: 1...65_536, "hidden width H of every layer and direction"),
    OptionKey("layers", \.layers, in: 1...64, "layers on top of each other; of a `stack`, how often its parts repeat"),
    OptionKey("direction", \.direction, "forward, or both ways over the whole sequence"),
    OptionKey("merge", \.merge, "both directions side by side, or their sum")
      .needs("direction: bidirectional") { $0.direction == .bidirectional },
    OptionKey("dropout", \.dropout, in: 0...0.95, "probability of dropout between layers (residual: of each branch)")
      .needs("layers: 2 or more, or residual: prenorm") { $0.hasPlacesToDrop },
    OptionKey("input_dropout", \.inputDropout, in: 0...0.95, "probability of dropout on the input of the first layer")
      .later,
    OptionKey(
      "variational", \.variational,
      "one mask a sequence for dropout on the input and between layers (Gal & Ghahramani 2016)"
    ).later.needs("input_dropout, or dropout that has an effect, above zero") {
      $0.inputDropout > 0 || $0.dropout > 0 && $0.hasPlacesToDrop
    },
    OptionKey("residual", \.residual, "every layer beside its normalised input: x + layer(norm(x)), and a last norm")
      .later,
    OptionKey("initial_state", \.initialState, "where every layer begins: empty, or a trained vector").later,
    OptionKey(
      "pooling", \.pooling, "what one label for a sequence is read from: the last state, or a pool over all steps"
    ).later,
  ]

  /// Hidden width H of every layer and direction.
  public var width = 64
  /// Layers on top of each other; of a `stack`, how often its parts repeat.
  public var layers = 1
  /// Of all layers alike.
  public var direction = Direction.forward
  /// Has no effect on forward layers.
  public var merge = Merge.concat
  /// Probability of dropout between layers; of residual ones, on each branch.
  public var dropout = 0.0
  /// Probability of dropout on the input of the first layer.
  public var inputDropout = 0.0
  /// One mask a sequence, the same at all its steps, for dropout on the input and between layers (Gal & Ghahramani 2016).
  public var variational = false
  /// Around all layers alike.
  public var residual = Residual.none
  /// Of all layers and directions, each with a vector of its own.
  public var initialState = InitialState.empty
  /// Read by tasks with one label for a sequence alone.
  public var pooling = Pooling.last

  public init() {}

  /// Whether `dropout` stands anywhere.
  private var hasPlacesToDrop: Bool { layers > 1 || residual == .prenorm }
}
