import UnrollCore
import UnrollKernels

/// Vanilla recurrent network (Elman 1990).
///
///     h_t = g(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh),  g = tanh or ReLU
///
/// State: h, H floats. Cost: H (E + H) multiply-adds a token. Names and layouts are those of `torch.nn.RNN`.
struct RNN: SequenceLayer {
  let weights: RecurrentWeights
  let relu: Bool

  var inputWidth: Int { weights.inputWidth }
  var outputWidth: Int { weights.width }
  var slots: [StateSlot] { [StateSlot("h", outputWidth)] }
  var multiplyAdds: Int { weights.multiplyAdds }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (steps, arena) = (pass.steps, pass.arena)
    let recurrent = PackedWeights(pass.value(weights.hh), transposed: true, arena)
    let sums = weights.inputProduct(x, bothBiases: true, pass)
    let h = HiddenRows(outputWidth, initial: state?[0], pass)
    for t in 0..<steps.steps {
      let now = sums.rows(steps.range(t))
      Kernels.multiply(h.previous(t), recurrent, adding: true, into: now)
      Kernels.rnnStep(now, relu: relu, into: h.current(t))
    }
    let output = SequenceOutput(rows: h.rows, state: [h.final(arena)], pass)
    return (
      output,
      { gradient in
        let dy = gradient.total(outputWidth, pass)
        let back = PackedWeights(pass.value(weights.hh), transposed: false, arena)
        let carry = arena.zeros(steps.sequences, outputWidth)
        for t in (0..<steps.steps).reversed() {
          let (now, live) = (sums.rows(steps.range(t)), carry.rows(0..<Int(steps.live[t])))
          Kernels.rnnStepBack(h: h.current(t), relu: relu, dy: dy.rows(steps.range(t)), carry: live, into: now)
          Kernels.multiply(now, back, into: live)
        }
        weights.recurrentBack(sums, h.allPrevious(arena), rows: 0..<outputWidth, pass)
        return (weights.inputBack(sums, x, pass), [carry])
      }
    )
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
    ] + RecurrentInitialisation.table.map { $0.lifted(\.initialisation) }

  public var activation = Activation.tanh
  public var initialisation = RecurrentInitialisation()

  public init() {}

  public func makeLayer(_ site: LayerSite, _ parameters: ParameterBuilder) -> any SequenceLayer {
    RNN(
      weights: RecurrentWeights(gates: 1, site.input, site.width, initialisation, bias: [0], parameters),
      relu: activation == .relu)
  }
}
