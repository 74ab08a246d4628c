import UnrollCore

/// What all recurrent cells have in common: where their weights begin, and how they are regularised.
public struct RecurrentSettings: Options {
  /// First values of the recurrent weights.
  public enum Recurrent: String, CaseIterable, Sendable {
    /// Orthonormal rows, gate by gate (Saxe et al. 2014).
    case orthogonal
    /// U(−1/√H, 1/√H).
    case pytorch
    /// Every gate's block is the identity (Le et al. 2015).
    case identity
  }

  /// First values of the input weights and biases.
  public enum Input: String, CaseIterable, Sendable {
    /// Glorot & Bengio 2010, gate by gate; biases are zero, or what a cell's option says.
    case glorot
    /// U(−1/√H, 1/√H), biases too.
    case pytorch
  }

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

  /// Scaled by `recurrentGain`.
  public var recurrentInit = Recurrent.orthogonal
  /// Factor of the recurrent weights' first values; of orthogonal ones the size of every eigenvalue.
  public var recurrentGain = 1.0
  /// Decides whether biases begin where a cell's options say.
  public var inputInit = Input.glorot
  /// Probability of dropout on h in the recurrent product, one mask a sequence (Gal & Ghahramani 2016).
  public var recurrentDropout = 0.0
  /// Probability of dropout on the recurrent weights, one mask a training step and shard (Merity et al. 2018).
  public var weightDropout = 0.0
  /// Probability that a unit keeps its state for a step; in evaluation the mean (Krueger et al. 2017).
  public var zoneout = 0.0
  public init() {}
}

/// Options of a backend that is a recurrent cell.
protocol RecurrentOptions: BackendOptions {
  var recurrent: RecurrentSettings { get set }
}

extension OptionKey where Root: RecurrentOptions {
  /// The longest distance of a chrono initialisation.
  static func chrono(_ path: WritableKeyPath<Root, Int> & Sendable) -> OptionKey {
    OptionKey(
      "chrono", path, in: 0...1_000_000,
      "T: gates begin to remember for 1 to T steps, unit by unit (chrono initialisation, Tallec & Ollivier 2018); 0: all alike"
    ).later.needs("input_init: glorot") { $0.recurrent.inputInit == .glorot }
  }
}
