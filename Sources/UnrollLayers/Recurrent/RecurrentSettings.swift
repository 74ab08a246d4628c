import UnrollCore

/// What all recurrent cells have in common: where their weights begin, and how they are regularised.
public struct RecurrentSettings: Options {
  public enum Recurrent: String, CaseIterable, Sendable { case orthogonal, pytorch, identity }
  public enum Input: String, CaseIterable, Sendable { case glorot, pytorch }
  public static let table: [OptionKey<RecurrentSettings>] = [
    OptionKey(
      "recurrent_init", \.recurrentInit, "recurrent weights: orthogonal, PyTorch's uniform, or identity (IRNN)"),
    OptionKey(
      "recurrent_gain", \.recurrentGain, in: 0...100,
      "factor of the recurrent weights' first values; of orthogonal ones the size of every eigenvalue"
    ).later,
    OptionKey("input_init", \.inputInit, "input weights and biases: Glorot and zero, or PyTorch's uniform"),
    OptionKey(
      "recurrent_dropout", \.recurrentDropout, in: 0...0.95,
      "dropout on h in the recurrent product, one mask a sequence (Gal & Ghahramani 2016)"
    ).later,
    OptionKey(
      "weight_dropout", \.weightDropout, in: 0...0.95,
      "dropout on the recurrent weights, one mask a training step and shard (Merity et al. 2018)"
    ).later,
    OptionKey(
      "zoneout", \.zoneout, in: 0...0.95,
      "probability that a unit keeps its state for a step; in evaluation the mean (Krueger et al. 2017)"
    ).later,
  ]

  public var recurrentInit = Recurrent.orthogonal
  public var recurrentGain = 1.0
  public var inputInit = Input.glorot
  public var recurrentDropout = 0.0
  public var weightDropout = 0.0
  public var zoneout = 0.0
  public init() {}
}

/// Options of a backend that is a recurrent cell.
protocol RecurrentOptions: BackendOptions {
  var recurrent: RecurrentSettings { get set }
}
