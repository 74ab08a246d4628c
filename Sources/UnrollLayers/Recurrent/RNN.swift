import UnrollCore
import UnrollKernels

/// Vanilla recurrent network (Elman 1990).
///
///     h_t = g(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh),  g = tanh, ReLU or the identity
///
/// With ReLU and `recurrent_init: identity` it is the IRNN (Le et al. 2015); with the identity a linear system, whose gradients are
/// powers of W_hh. State: h, H floats. Cost: H (E + H) multiply-adds a
/// token. Names and layouts are those of `torch.nn.RNN`.
struct RNN: RecurrentCell {
  let weights: RecurrentWeights
  let activation: RNNOptions.Activation

  var carriesHidden: Bool { false }

  func gate(_ step: Unrolling.Step) {
    if activation == .identity { return Kernels.copy(step.gates, to: step.current(.hidden)) }
    Kernels.rnnStep(step.gates, relu: activation == .relu, into: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    guard activation != .identity else {
      Kernels.copy(dy, to: step.gates)
      return Kernels.add(step.carry(.hidden), to: step.gates)
    }
    Kernels.rnnStepBack(
      h: step.current(.hidden), relu: activation == .relu, dy: dy, carry: step.carry(.hidden), into: step.gates)
  }
}

/// Options of `rnn`.
public struct RNNOptions: RecurrentOptions {
  /// The function g.
  public enum Activation: String, CaseIterable, Sendable {
    /// As published (Elman 1990).
    case tanh
    /// max(x, 0); with the identity as first recurrent weights the IRNN (Le et al. 2015).
    case relu
    /// A linear recurrence.
    case identity
  }

  public static let name = "rnn"
  public static let summary = "vanilla recurrent network: h = g(W x + U h + b) (Elman 1990)"
  public static let table: [OptionKey<RNNOptions>] =
    [
      OptionKey("activation", \.activation, "the function g")
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  /// Of all units; without the bound of tanh states may grow.
  public var activation = Activation.tanh
  public var recurrent = RecurrentSettings()

  public init() {}

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let weights = RecurrentWeights(gates: 1, shape, recurrent, bias: [0], parameters)
    return RecurrentLayer(RNN(weights: weights, activation: activation), recurrent, parameters)
  }
}
