import UnrollCore
import UnrollKernels

/// LSTM with layer normalisation (Ba et al. 2016, equations 20 to 22).
///
///     (i f g o) = LN(W x_t) + LN(U h_{t−1}),  each LN over all 4H sums, with its own scale and shift
///     c_t = σ(f) ⊙ c_{t−1} + σ(i) ⊙ tanh(g),  h_t = σ(o) ⊙ tanh(LN(c_t))
///
/// Before it is trained it is chaotic: the norms bring U h_{t−1}, which is small, to the size of one, and with it every small
/// difference. In double precision, too, the gradient of 64 units grows by 2 to 3 % a step backwards: over 4,096 random tokens to
/// 10³³ and, with another seed, 10⁴¹, where Float32 ends at 3·10³⁸.
///
/// State: h and c, 2H floats. Cost: 4H (E + H) multiply-adds a token. The shifts of the norms are the biases; there are no others.
struct LayerNormLSTM: RecurrentCell {
  let weights: RecurrentWeights
  let inputNorm, hiddenNorm, cellNorm: LayerNorm

  var slots: [StateSlot] { [StateSlot("h", weights.width), StateSlot("c", weights.width)] }
  var saved: [Int] {
    Saved.allCases.map { what in
      switch what {
      case .product, .normalisedProduct, .sums: 4 * weights.width
      case .inverseProduct, .inverseCell: 1
      case .normalisedCell, .tanhCell, .dNorm, .dCell: weights.width
      }
    }
  }
  var carriesHidden: Bool { false }
  var blocks: [GateBlock] { [.gate("input"), .gate("forget"), .other("cell"), .gate("output")] }

  var input: any Layer { Chain([RecurrentInput(weights: weights, bothBiases: false), inputNorm]) }

  /// U h_{t−1} (on the way back its gradient) and LN of it, what the norms keep, tanh(LN(c)) and two gradients.
  fileprivate enum Saved: Int, CaseIterable {
    case product, normalisedProduct, inverseProduct, sums, normalisedCell, inverseCell, tanhCell, dNorm, dCell
  }

  func forward(_ step: Unrolling.Step) {
    step.unrolling.product.add(step.recurrentInput, to: step.saved(.product), adding: false)
    normalise(
      step.saved(.product), hiddenNorm, step.saved(.normalisedProduct), step.saved(.inverseProduct),
      into: step.saved(.sums), step.pass)
    Kernels.add(step.saved(.sums), to: step.gates)
    gate(step)
  }

  func gate(_ step: Unrolling.Step) {
    let cell = step.current(.cell)
    Kernels.lstmCell(gates: step.gates, previousCell: step.previous(.cell), cell: cell)
    normalise(
      cell, cellNorm, step.saved(.normalisedCell), step.saved(.inverseCell), into: step.saved(.tanhCell), step.pass)
    Kernels.lstmOutput(gates: step.gates, cell: step.saved(.tanhCell), hidden: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    Kernels.lstmOutputBack(
      gates: step.gates, tanhCell: step.saved(.tanhCell), dy: dy, carryHidden: step.carry(.hidden),
      dCell: step.saved(.dNorm))
    normaliseBack(
      step.saved(.dNorm), cellNorm, step.saved(.normalisedCell), step.saved(.inverseCell), into: step.saved(.dCell),
      step.pass)
    Kernels.lstmCellBack(
      gates: step.gates, previousCell: step.previous(.cell), dCell: step.saved(.dCell), carryCell: step.carry(.cell))
  }

  func back(_ step: Unrolling.Step, dy: Matrix) {
    gateBack(step, dy: dy)
    normaliseBack(
      step.gates, hiddenNorm, step.saved(.normalisedProduct), step.saved(.inverseProduct), into: step.saved(.product),
      step.pass)
    step.recurrentBack(step.saved(.product), step.unrolling.product, adding: false)
  }

  func weightsBack(_ unrolling: Unrolling) {
    unrolling.product.back(unrolling.saved[Saved.product.rawValue], unrolling.recurrentInputs)
  }

  private func normalise(
    _ x: Matrix, _ norm: LayerNorm, _ normalised: Matrix, _ inverse: Matrix, into y: Matrix, _ pass: Pass
  ) {
    Kernels.layerNorm(
      x, scale: pass.value(norm.scale), shift: pass.value(norm.shift), normalised: normalised, inverse: inverse, into: y
    )
  }

  private func normaliseBack(
    _ dy: Matrix, _ norm: LayerNorm, _ normalised: Matrix, _ inverse: Matrix, into dx: Matrix, _ pass: Pass
  ) {
    Kernels.layerNormBack(
      normalised: normalised, inverse: inverse, scale: pass.value(norm.scale), dy, into: dx,
      addScale: pass.gradient(norm.scale), addShift: pass.gradient(norm.shift))
  }
}

extension Unrolling.Step {
  fileprivate func saved(_ what: LayerNormLSTM.Saved) -> Matrix { saved(at: what.rawValue) }
}

/// Options of `layer-norm-lstm`.
public struct LayerNormLSTMOptions: RecurrentOptions {
  public static let name = "layer-norm-lstm"
  public static let summary = "LSTM with layer normalisation of sums and cell (Ba et al. 2016)"
  public static let table: [OptionKey<LayerNormLSTMOptions>] =
    [
      OptionKey("forget_bias", \.forgetBias, in: -10...10, "initial bias of the forget gate")
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  /// Initial shift of the forget gate's norm, which stands in the place of a bias.
  public var forgetBias = 1.0
  public var recurrent = RecurrentSettings()

  public init() {}

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let width = shape.width
    let bias = [0, Float(forgetBias), 0, 0].flatMap { [Float](repeating: $0, count: width) }
    let cell = LayerNormLSTM(
      weights: RecurrentWeights(gates: 4, shape, recurrent, bias: nil, parameters),
      inputNorm: LayerNorm(4 * width, shift: .given(bias), parameters.scope("input")),
      hiddenNorm: LayerNorm(4 * width, parameters.scope("hidden")),
      cellNorm: LayerNorm(width, parameters.scope("cell")))
    return RecurrentLayer(cell, recurrent, parameters)
  }
}
