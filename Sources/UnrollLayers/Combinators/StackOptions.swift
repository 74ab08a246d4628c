import UnrollCore
import UnrollKernels

/// Options that every backend has: how its layers are put together, and how an acceptor reads them.
public struct StackOptions: Options {
  public enum Direction: String, CaseIterable, Sendable { case forward, bidirectional }
  public enum Merge: String, CaseIterable, Sendable { case concat, sum }
  public enum Residual: String, CaseIterable, Sendable { case none, prenorm }
  public enum Pooling: String, CaseIterable, Sendable { case last, mean, max, attention }
  public enum InitialState: String, CaseIterable, Sendable { case empty, learned }

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

  public var width = 64
  public var layers = 1
  public var direction = Direction.forward
  public var merge = Merge.concat
  public var dropout = 0.0
  public var inputDropout = 0.0
  public var variational = false
  public var residual = Residual.none
  public var initialState = InitialState.empty
  public var pooling = Pooling.last

  public init() {}

  /// Whether `dropout` stands anywhere.
  private var hasPlacesToDrop: Bool { layers > 1 || residual == .prenorm }
}
