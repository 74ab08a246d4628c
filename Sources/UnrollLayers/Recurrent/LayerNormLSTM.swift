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
  var tapes: [Int] {
    let width = weights.width
    return Tape.allCases.map {
      [.product, .normalisedProduct, .sums].contains($0) ? 4 * width : $0.isScalar ? 1 : width
    }
  }
  var carriesHidden: Bool { false }

  var input: any Layer { Chain([RecurrentInput(weights: weights, bothBiases: false), inputNorm]) }

  /// U h_{t−1} and LN of it (on the way back its gradient), what the norms keep, tanh(LN(c)) and two gradients.
  private enum Tape: Int, CaseIterable {
    case product, normalisedProduct, inverseProduct, sums, normalisedCell, inverseCell, tanhCell, dNorm, dCell

    var isScalar: Bool { self == .inverseProduct || self == .inverseCell }
  }

  func step(_ t: Int, _ walk: RecurrentWalk) {
    func tape(_ tape: Tape) -> Matrix { walk.tape(tape.rawValue, t) }
    walk.product.add(walk.recurrentInput(t), to: tape(.product), adding: false)
    normalise(
      tape(.product), hiddenNorm, tape(.normalisedProduct), tape(.inverseProduct), into: tape(.sums), walk.pass)
    Kernels.add(tape(.sums), to: walk.gates(t))
    gate(walk.gates(t), t, walk)
  }

  func gate(_ gates: Matrix, _ t: Int, _ walk: RecurrentWalk) {
    func tape(_ tape: Tape) -> Matrix { walk.tape(tape.rawValue, t) }
    let cell = walk.current(1, t)
    Kernels.lstmCell(gates: gates, previousCell: walk.previous(1, t), cell: cell)
    normalise(cell, cellNorm, tape(.normalisedCell), tape(.inverseCell), into: tape(.tanhCell), walk.pass)
    Kernels.lstmOutput(gates: gates, cell: tape(.tanhCell), hidden: walk.current(0, t))
  }

  func gateBack(_ gates: Matrix, _ t: Int, dy: Matrix, _ walk: RecurrentWalk) {
    func tape(_ tape: Tape) -> Matrix { walk.tape(tape.rawValue, t) }
    Kernels.lstmOutputBack(
      gates: gates, tanhCell: tape(.tanhCell), dy: dy, carryHidden: walk.carry(0, t), dCell: tape(.dNorm))
    normaliseBack(
      tape(.dNorm), cellNorm, tape(.normalisedCell), tape(.inverseCell), into: tape(.dCell), walk.pass)
    Kernels.lstmCellBack(
      gates: gates, previousCell: walk.previous(1, t), dCell: tape(.dCell), carryCell: walk.carry(1, t))
  }

  func stepBack(_ t: Int, dy: Matrix, _ walk: RecurrentWalk) {
    func tape(_ tape: Tape) -> Matrix { walk.tape(tape.rawValue, t) }
    gateBack(walk.gates(t), t, dy: dy, walk)
    normaliseBack(
      walk.gates(t), hiddenNorm, tape(.normalisedProduct), tape(.inverseProduct), into: tape(.product), walk.pass)
    walk.recurrentBack(tape(.product), walk.product, t, adding: false)
  }

  func weightsBack(_ walk: RecurrentWalk) {
    walk.product.back(walk.tapes[Tape.product.rawValue], walk.recurrentInputs)
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

/// Options of `layer-norm-lstm`.
public struct LayerNormLSTMOptions: RecurrentOptions {
  public static let name = "layer-norm-lstm"
  public static let summary = "LSTM with layer normalisation of sums and cell (Ba et al. 2016)"
  public static let table: [OptionKey<LayerNormLSTMOptions>] =
    [
      OptionKey("forget_bias", \.forgetBias, in: -10...10, "initial bias of the forget gate")
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  public var forgetBias = 1.0
  public var recurrent = RecurrentSettings()

  public init() {}

  public func makeLayer(_ site: LayerSite, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let width = site.width
    let bias = [0, Float(forgetBias), 0, 0].flatMap { [Float](repeating: $0, count: width) }
    let cell = LayerNormLSTM(
      weights: RecurrentWeights(gates: 4, site, recurrent, bias: nil, parameters),
      inputNorm: LayerNorm(4 * width, shift: .given(bias), parameters.scope("input")),
      hiddenNorm: LayerNorm(4 * width, parameters.scope("hidden")),
      cellNorm: LayerNorm(width, parameters.scope("cell")))
    return RecurrentLayer(cell, recurrent, parameters)
  }
}
