import UnrollCore
import UnrollKernels

/// Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000).
///
///     i, f, o = σ(W x_t + b + U h_{t−1} + b'),  g = tanh(same form)
///     c_t = f ⊙ c_{t−1} + i ⊙ g,  h_t = o ⊙ tanh(c_t)
///
/// or with one thing or another exchanged:
///
///     peepholes:  i, f see p ⊙ c_{t−1} and o sees p ⊙ c_t beside their sums (Gers & Schmidhuber 2000)
///     coupled:    f = 1 − i, three gates i g o (Greff et al. 2017)
///     output:     h_t = o ⊙ c_t, without the tanh
///
/// State: h and c, 2H floats. Cost: 4H (E + H) multiply-adds a token, 3H (E + H) when coupled, and one for every peephole. Gates lie
/// in the order i f g o; names and layouts are those of `torch.nn.LSTM`.
struct LSTM: RecurrentCell {
  let weights: RecurrentWeights
  var variant: Kernels.LSTMVariant = []
  /// [peepholeRows, H], rows i f o.
  var peepholes: Parameter?

  var slots: [StateSlot] { [StateSlot("h", weights.width), StateSlot("c", weights.width)] }
  /// What o multiplies.
  var saved: [Int] { [weights.width] }
  var carriesHidden: Bool { false }
  var blocks: [GateBlock] {
    [.gate("input")] + (variant.contains(.coupled) ? [] : [.gate("forget")]) + [.other("cell"), .gate("output")]
  }
  var extraMultiplyAdds: Int { peepholes?.count ?? 0 }

  func gate(_ step: Unrolling.Step) {
    Kernels.lstmStep(
      variant, peepholes: peepholes.map(step.pass.value), gates: step.gates, previousCell: step.previous(.cell),
      cell: step.current(.cell), outputCell: step.saved, hidden: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    Kernels.lstmStepBack(
      variant, peepholes: peepholes.map(step.pass.value), gates: step.gates, previousCell: step.previous(.cell),
      cell: step.current(.cell), outputCell: step.saved, dy: dy, carryHidden: step.carry(.hidden),
      carryCell: step.carry(.cell), addPeepholes: peepholes.map(step.pass.gradient))
  }
}

/// Options of `lstm`.
public struct LSTMOptions: RecurrentOptions {
  /// What the output gate multiplies.
  public enum Output: String, CaseIterable, Sendable {
    /// h = o ⊙ tanh(c)
    case tanh
    /// h = o ⊙ c
    case identity
  }

  public static let name = "lstm"
  public static let summary = "long short-term memory: c = f c + i g, h = o tanh(c) (Hochreiter & Schmidhuber 1997)"
  public static let table: [OptionKey<LSTMOptions>] =
    [
      OptionKey("forget_bias", \.forgetBias, in: -10...10, "initial bias of the forget gate")
        .needs("input_init: glorot and chrono: 0") { $0.recurrent.inputInit == .glorot && $0.chrono == 0 },
      .chrono(\.chrono),
      OptionKey("output", \.output, "what the output gate multiplies: tanh(c), or c itself").later,
      OptionKey("peepholes", \.peepholes, "gates that see the cell (Gers & Schmidhuber 2000)").later,
      OptionKey("coupled", \.coupled, "forget what is written: f = 1 − i, three gates (Greff et al. 2017)").later,
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  /// Initial bias of the forget gate (Gers et al. 2000). With Glorot's first values alone.
  public var forgetBias = 1.0
  /// T, steps: units begin to remember for 1 to T of them, in the place of `forgetBias`; 0 for none (Tallec & Ollivier 2018).
  public var chrono = 0
  /// Without the tanh the cell is read as it is, and h has no bound.
  public var output = Output.tanh
  /// Gates see the cell: i and f that of the step before, o the new one (Gers & Schmidhuber 2000).
  public var peepholes = false
  /// f = 1 − i: three gates instead of four (Greff et al. 2017).
  public var coupled = false
  public var recurrent = RecurrentSettings()

  public init() {}

  private var variant: Kernels.LSTMVariant {
    var variant: Kernels.LSTMVariant = []
    if coupled { variant.insert(.coupled) }
    if peepholes { variant.insert(.peepholes) }
    if output == .identity { variant.insert(.plainOutput) }
    return variant
  }

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let (forget, variant) = (chrono > 0 ? 0 : Float(forgetBias), variant)
    // Coupled, a forget gate that begins open is an input gate that begins closed.
    let bias = coupled ? [-forget, 0, 0] : [0, forget, 0, 0]
    let scales = Chrono(longest: chrono, signs: coupled ? [-1, 0, 0] : [-1, 1, 0, 0])
    let weights = RecurrentWeights(
      gates: variant.gates, shape, recurrent, bias: bias, chrono: chrono > 0 ? scales : nil, parameters)
    let peepholes =
      peepholes ? parameters.add("weight_peephole", [variant.peepholeRows, shape.width], .normal(0.1)) : nil
    return RecurrentLayer(
      LSTM(weights: weights, variant: variant, peepholes: peepholes), recurrent, parameters)
  }
}
