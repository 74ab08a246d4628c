import UnrollCore
import UnrollKernels

/// Recurrent network with a residual connection through time, as the standard lecture notes have it:
///
///     h_t = h_{t−1} + tanh(W x_t + b + U h_{t−1} + b')
///
/// The gradient reaches every step undiminished, but nothing bounds h. State: h, H floats. Cost: H (E + H) multiply-adds a token.
struct ResidualRNN: RecurrentCell {
  let weights: RecurrentWeights

  var carriesHidden: Bool { true }

  func gate(_ step: Unrolling.Step) {
    Kernels.residualStep(step.gates, previous: step.previous(.hidden), hidden: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    Kernels.residualStepBack(step.gates, dy: dy, carry: step.carry(.hidden))
  }
}

/// Options of `residual-rnn`.
public struct ResidualRNNOptions: RecurrentOptions {
  public static let name = "residual-rnn"
  public static let summary = "recurrent network with a residual connection through time: h = h + tanh(W x + U h + b)"
  public static let table: [OptionKey<ResidualRNNOptions>] = RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  public var recurrent = RecurrentSettings()

  public init() {}

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let weights = RecurrentWeights(gates: 1, shape, recurrent, bias: [0], parameters)
    return RecurrentLayer(ResidualRNN(weights: weights), recurrent, parameters)
  }
}
