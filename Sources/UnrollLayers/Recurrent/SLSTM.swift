import UnrollCore
import UnrollKernels

/// sLSTM: an LSTM with exponential gates, a normaliser n and a stabiliser m (Beck et al. 2024, xLSTM).
///
///     z = tanh(·), o = σ(·), i = exp(ĩ), f = σ(f̃) or exp(f̃);  · = W x_t + b + U h_{t−1} + b'
///     m_t = max(log f + m_{t−1}, ĩ),  i' = exp(ĩ − m_t),  f' = exp(log f + m_{t−1} − m_t)
///     c_t = f' c_{t−1} + i' z,  n_t = f' n_{t−1} + i',  h_t = o ⊙ c_t / n_t
///
/// m cancels in h: it only keeps the exponentials small. State: h, c, n, m, 4H floats. Cost: 4H (E + H/heads) multiply-adds a
/// token. Gates lie in the order i f z o; with several heads U is block-diagonal, as published.
struct SLSTM: RecurrentCell {
  let weights: RecurrentWeights
  let exponentialForget: Bool

  var slots: [StateSlot] {
    let width = weights.width
    // c counts for nothing while n and m are empty.
    return [
      StateSlot("h", width), StateSlot("c", width, learnable: false), StateSlot("n", width, .positive),
      StateSlot("m", width, empty: -.infinity),
    ]
  }
  /// The stabilised forget gate.
  var saved: [Int] { [weights.width] }
  var carriesHidden: Bool { false }
  /// Exponential gates have no end.
  var blocks: [GateBlock] { [.other("input"), .other("forget"), .other("cell"), .gate("output")] }
  /// c and n mean nothing without their m: only h may keep its value.
  var zoneoutSlots: Int { 1 }

  func gate(_ step: Unrolling.Step) {
    Kernels.slstmStep(
      exponentialForget: exponentialForget, gates: step.gates,
      previous: (step.previous(.cell), step.previous(.normaliser), step.previous(.stabiliser)),
      now: (step.current(.cell), step.current(.normaliser), step.current(.stabiliser)), forget: step.saved,
      hidden: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    Kernels.slstmStepBack(
      gates: step.gates, previous: (step.previous(.cell), step.previous(.normaliser)),
      now: (step.current(.cell), step.current(.normaliser)),
      forget: step.saved, dy: dy, carryHidden: step.carry(.hidden),
      carry: (step.carry(.cell), step.carry(.normaliser)), excess: step.carry(.stabiliser))
  }

  /// What follows a step depends on c exp(m) and n exp(m) alone, so that the gradient of m is that of scaling both. Only what a final
  /// state's has beyond it is carried from step to step.
  func beginBack(_ unrolling: Unrolling) { addScaling(unrolling, of: unrolling.final, by: -1) }
  func endBack(_ unrolling: Unrolling) { addScaling(unrolling, of: unrolling.initial, by: 1) }

  /// carry(m) += sign · (c ⊙ carry(c) + n ⊙ carry(n))
  private func addScaling(_ unrolling: Unrolling, of values: (CellState) -> Matrix, by sign: Float) {
    let scaled = unrolling.pass.arena.zeros(unrolling.pass.steps.sequences, weights.width)
    for state in [CellState.cell, .normaliser] {
      Kernels.multiplyElements(values(state), unrolling.carry(state), adding: true, into: scaled)
    }
    Kernels.addScaled(scaled, by: sign, to: unrolling.carry(.stabiliser))
  }
}

extension CellState {
  fileprivate static let normaliser = CellState(2)
  fileprivate static let stabiliser = CellState(3)
}

/// Options of `slstm`.
public struct SLSTMOptions: RecurrentOptions {
  /// The function of the forget gate.
  public enum Forget: String, CaseIterable, Sendable {
    /// f = σ(f̃)
    case sigmoid
    /// f = exp(f̃)
    case exponential
  }

  public static let name = "slstm"
  public static let summary = "LSTM with exponential gates, normaliser and stabiliser: h = o c/n (Beck et al. 2024)"
  public static let table: [OptionKey<SLSTMOptions>] =
    [
      OptionKey("forget", \.forget, "the forget gate's function"),
      OptionKey("forget_bias", \.forgetBias, in: -10...10, "initial bias of the forget gate")
        .needs("input_init: glorot") { $0.recurrent.inputInit == .glorot },
      OptionKey("heads", \.heads, in: 1...1024, "blocks of the recurrent weights; divides the width"),
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  /// Of all heads alike; the stabiliser keeps both finite.
  public var forget = Forget.sigmoid
  /// Initial bias of the forget gate. With Glorot's first values alone.
  public var forgetBias = 1.0
  /// Blocks of the recurrent weights; they divide the width.
  public var heads = 1
  public var recurrent = RecurrentSettings()

  public init() {}

  public var widthStep: Int { heads }

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) throws -> any SequenceLayer {
    guard shape.width % heads == 0 else {
      throw InputError(
        "backend slstm: \(heads) heads do not divide width \(shape.width); use a width that is a multiple of \(heads), or other heads"
      )
    }
    let bias = [0, Float(forgetBias), 0, 0]
    let weights = RecurrentWeights(gates: 4, shape, recurrent, bias: bias, heads: heads, parameters)
    return RecurrentLayer(
      SLSTM(weights: weights, exponentialForget: forget == .exponential), recurrent, parameters)
  }
}
