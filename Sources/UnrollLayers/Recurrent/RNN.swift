import UnrollCore
import UnrollKernels

/// Vanilla recurrent network (Elman 1990).
///
///     h_t = g(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh),  g = tanh or ReLU
///
/// With ReLU and `recurrent_init: identity` it is the IRNN (Le et al. 2015). State: h, H floats. Cost: H (E + H) multiply-adds a
/// token. Names and layouts are those of `torch.nn.RNN`.
struct RNN: RecurrentCell {
  let weights: RecurrentWeights
  let relu: Bool

  var carriesHidden: Bool { false }

  func gate(_ step: Unrolling.Step) {
    Kernels.rnnStep(step.gates, relu: relu, into: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    Kernels.rnnStepBack(h: step.current(.hidden), relu: relu, dy: dy, carry: step.carry(.hidden), into: step.gates)
  }
}

/// Options of `rnn`.
public struct RNNOptions: RecurrentOptions {
  public enum Activation: String, CaseIterable, Sendable { case tanh, relu }

  public static let name = "rnn"
  public static let summary = "vanilla recurrent network: h = g(W x + U h + b) (Elman 1990)"
  public static let table: [OptionKey<RNNOptions>] =
    [
      OptionKey("activation", \.activation, "the function g")
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  public var activation = Activation.tanh
  public var recurrent = RecurrentSettings()

  public init() {}

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let weights = RecurrentWeights(gates: 1, shape, recurrent, bias: [0], parameters)
    return RecurrentLayer(RNN(weights: weights, relu: activation == .relu), recurrent, parameters)
  }
}
