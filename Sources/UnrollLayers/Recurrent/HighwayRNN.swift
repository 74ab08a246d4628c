import UnrollCore
import UnrollKernels

/// Recurrent network with a highway connection through time, its mixture λ adaptive (after Srivastava et al. 2015):
///
///     λ_t = σ(W_λ x_t + b_λ + U_λ h_{t−1} + b'_λ)
///     h_t = λ_t ⊙ h_{t−1} + (1 − λ_t) ⊙ tanh(W x_t + b + U h_{t−1} + b')
///
/// State: h, H floats. Cost: 2H (E + H) multiply-adds a token. Rows lie in the order λ, candidate.
struct HighwayRNN: RecurrentCell {
  let weights: RecurrentWeights

  var carriesHidden: Bool { true }

  func gate(_ step: Unrolling.Step) {
    Kernels.updateStep(gates: step.gates, keeps: true, previous: step.previous(.hidden), hidden: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    Kernels.updateStepBack(
      gates: step.gates, keeps: true, previous: step.previous(.hidden), dy: dy, carry: step.carry(.hidden))
  }
}

/// Options of `highway-rnn`.
public struct HighwayRNNOptions: RecurrentOptions {
  public static let name = "highway-rnn"
  public static let summary = "highway connection through time: h = λ h + (1 − λ) tanh(W x + U h + b), λ = σ(…)"
  public static let table: [OptionKey<HighwayRNNOptions>] =
    [
      OptionKey("carry_bias", \.carryBias, in: -10...10, "initial bias of λ; above zero the state is kept at first")
        .needs("input_init: glorot") { $0.recurrent.inputInit == .glorot }
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  public var carryBias = 1.0
  public var recurrent = RecurrentSettings()

  public init() {}

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let weights = RecurrentWeights(gates: 2, shape, recurrent, bias: [Float(carryBias), 0], parameters)
    return RecurrentLayer(HighwayRNN(weights: weights), recurrent, parameters)
  }
}
