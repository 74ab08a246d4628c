import UnrollCore
import UnrollKernels

/// Options of `highway-rnn`: a recurrent network with a highway connection through time, its mixture λ adaptive (after Srivastava
/// et al. 2015), as `UpdateGateCell` has it.
public struct HighwayRNNOptions: RecurrentOptions {
  public static let name = "highway-rnn"
  public static let summary = "highway connection through time: h = λ h + (1 − λ) tanh(W x + U h + b), λ = σ(…)"
  public static let table: [OptionKey<HighwayRNNOptions>] =
    [
      OptionKey("carry_bias", \.carryBias, in: -10...10, "initial bias of λ; above zero the state is kept at first")
        .needs("input_init: glorot") { $0.recurrent.inputInit == .glorot }
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  /// Initial bias of λ; above zero the state is kept at first. With Glorot's first values alone.
  public var carryBias = 1.0
  public var recurrent = RecurrentSettings()

  public init() {}

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let weights = RecurrentWeights(gates: 2, shape, recurrent, bias: [Float(carryBias), 0], parameters)
    return RecurrentLayer(UpdateGateCell(weights: weights, keeps: true), recurrent, parameters)
  }
}
