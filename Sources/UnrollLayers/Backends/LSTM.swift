import UnrollCore
import UnrollKernels

/// Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000).
///
///     i, f, o = σ(W x_t + b + U h_{t−1} + b'),  g = tanh(same form)
///     c_t = f ⊙ c_{t−1} + i ⊙ g,  h_t = o ⊙ tanh(c_t)
///
/// State: h and c, 2H floats. Cost: 4H (E + H) multiply-adds a token. Gates lie in the order i f g o; names and layouts are
/// those of `torch.nn.LSTM`.
struct LSTM: SequenceLayer {
  let weights: RecurrentWeights

  var inputWidth: Int { weights.inputWidth }
  var outputWidth: Int { weights.width }
  var slots: [StateSlot] { [StateSlot("h", outputWidth), StateSlot("c", outputWidth)] }
  var multiplyAdds: Int { weights.multiplyAdds }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (steps, arena) = (pass.steps, pass.arena)
    let recurrent = PackedWeights(pass.value(weights.hh), transposed: true, arena)
    let gates = weights.inputProduct(x, bothBiases: true, pass)
    let h = HiddenRows(outputWidth, initial: state?[0], pass)
    let c = HiddenRows(outputWidth, initial: state?[1], pass)
    let tanhC = arena.matrix(steps.rows, outputWidth)
    for t in 0..<steps.steps {
      let now = gates.rows(steps.range(t))
      Kernels.multiply(h.previous(t), recurrent, adding: true, into: now)
      Kernels.lstmStep(
        gates: now, previousCell: c.previous(t), cell: c.current(t), tanhCell: tanhC.rows(steps.range(t)),
        hidden: h.current(t))
    }
    let output = SequenceOutput(rows: h.rows, state: [h.final(arena), c.final(arena)], pass)
    return (
      output,
      { gradient in
        let dy = gradient.total(outputWidth, pass)
        let back = PackedWeights(pass.value(weights.hh), transposed: false, arena)
        let carryH = arena.zeros(steps.sequences, outputWidth)
        let carryC = arena.zeros(steps.sequences, outputWidth)
        for t in (0..<steps.steps).reversed() {
          let (range, live) = (steps.range(t), 0..<Int(steps.live[t]))
          Kernels.lstmStepBack(
            gates: gates.rows(range), previousCell: c.previous(t), tanhCell: tanhC.rows(range), dy: dy.rows(range),
            carryHidden: carryH.rows(live), carryCell: carryC.rows(live))
          Kernels.multiply(gates.rows(range), back, into: carryH.rows(live))
        }
        weights.recurrentBack(gates, h.allPrevious(arena), rows: 0..<gates.columns, pass)
        return (weights.inputBack(gates, x, pass), [carryH, carryC])
      }
    )
  }
}

/// Options of `lstm`.
public struct LSTMOptions: RecurrentOptions {
  public static let name = "lstm"
  public static let summary = "long short-term memory: c = f c + i g, h = o tanh(c) (Hochreiter & Schmidhuber 1997)"
  public static let table: [OptionKey<LSTMOptions>] =
    [
      OptionKey("forget_bias", \.forgetBias, in: -10...10, "initial bias of the forget gate")
    ] + RecurrentInitialisation.table.map { $0.lifted(\.initialisation) }

  public var forgetBias = 1.0
  public var initialisation = RecurrentInitialisation()

  public init() {}

  public func makeLayer(_ site: LayerSite, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let bias = [0, Float(forgetBias), 0, 0]
    return LSTM(weights: RecurrentWeights(gates: 4, site.input, site.width, initialisation, bias: bias, parameters))
  }
}
