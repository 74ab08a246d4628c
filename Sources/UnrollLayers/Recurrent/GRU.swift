import UnrollCore
import UnrollKernels

/// Gated recurrent unit (Cho et al. 2014) with the reset gate after the recurrent product.
///
///     r, z = σ(W x_t + b + U h_{t−1} + b')
///     n = tanh(W_n x_t + b_n + r ⊙ (U_n h_{t−1} + b'_n))
///     h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}
///
/// State: h, H floats. Cost: 3H (E + H) multiply-adds a token. Gates lie in the order r z n; names and layouts are those of
/// `torch.nn.GRU`.
struct GRU: RecurrentCell {
  let weights: RecurrentWeights

  /// U_n h + b'_n; on the way back its gradient.
  var saved: [Int] { [weights.width] }
  /// U h + b' of all gates.
  var scratchWidth: Int { 3 * weights.width }
  var carriesHidden: Bool { true }
  static let blocks = [GateBlock.gate("reset"), .gate("update"), .other("new")]
  var blocks: [GateBlock] { GRU.blocks }

  var input: any Layer { RecurrentInput(weights: weights, bothBiases: false) }

  func forward(_ step: Unrolling.Step) {
    let product = step.scratch
    if let biases = weights.biases { Kernels.fillRows(product, with: step.pass.value(biases.hh)) }
    step.unrolling.product.add(step.recurrentInput, to: product, adding: weights.biases != nil)
    gate(step)
  }

  func gate(_ step: Unrolling.Step) {
    Kernels.gruStep(
      gates: step.gates, recurrent: step.scratch, previous: step.previous(.hidden), recurrentN: step.saved,
      hidden: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    Kernels.gruStepBack(
      gates: step.gates, previous: step.previous(.hidden), recurrentN: step.saved, dy: dy, carry: step.carry(.hidden))
  }

  func back(_ step: Unrolling.Step, dy: Matrix) {
    let unrolling = step.unrolling
    gateBack(step, dy: dy)
    step.recurrentBack(step.gates(of: .resetUpdate), unrolling.product(of: .resetUpdate), adding: true)
    step.recurrentBack(step.saved, unrolling.product(of: .new), adding: true)
  }

  func weightsBack(_ unrolling: Unrolling) {
    let hidden = unrolling.recurrentInputs
    unrolling.product(of: .resetUpdate).back(unrolling.gates(of: .resetUpdate), hidden)
    unrolling.product(of: .new).back(unrolling.saved[0], hidden)
  }
}

/// Gated recurrent unit with the reset gate before the recurrent product, as first published.
///
///     n = tanh(W_n x_t + b_n + U_n (r ⊙ h_{t−1}) + b'_n),  the rest as in `GRU`
struct GRUResetBefore: RecurrentCell {
  let weights: RecurrentWeights

  /// r ⊙ h_{t−1}, as the product sees it.
  var saved: [Int] { [weights.width] }
  /// Its gradient.
  var scratchWidth: Int { weights.width }
  var carriesHidden: Bool { true }
  var blocks: [GateBlock] { GRU.blocks }

  func forward(_ step: Unrolling.Step) {
    let (unrolling, reset) = (step.unrolling, step.saved)
    unrolling.product(of: .resetUpdate).add(step.recurrentInput, to: step.gates(of: .resetUpdate))
    Kernels.gruReset(gates: step.gates, previous: step.previous(.hidden), reset: reset)
    _ = step.masked(reset, into: reset)
    unrolling.product(of: .new).add(reset, to: step.gates(of: .new))
    gate(step)
  }

  func gate(_ step: Unrolling.Step) {
    Kernels.updateStep(
      gates: step.gates(of: .updateNew), keeps: true, previous: step.previous(.hidden), hidden: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    Kernels.updateStepBack(
      gates: step.gates(of: .updateNew), keeps: true, previous: step.previous(.hidden), dy: dy,
      carry: step.carry(.hidden))
  }

  func back(_ step: Unrolling.Step, dy: Matrix) {
    let (unrolling, dReset) = (step.unrolling, step.scratch)
    gateBack(step, dy: dy)
    step.recurrentBack(step.gates(of: .new), unrolling.product(of: .new), adding: false, into: dReset)
    Kernels.gruResetBack(
      gates: step.gates, previous: step.previous(.hidden), dReset: dReset, addCarry: step.carry(.hidden))
    step.recurrentBack(step.gates(of: .resetUpdate), unrolling.product(of: .resetUpdate), adding: true)
  }

  func weightsBack(_ unrolling: Unrolling) {
    unrolling.product(of: .resetUpdate).back(unrolling.gates(of: .resetUpdate), unrolling.recurrentInputs)
    unrolling.product(of: .new).back(unrolling.gates(of: .new), unrolling.saved[0])
  }
}

/// Gates of both forms with a reset gate: r and z, whose product is with h alone, and n.
extension Range<Int> {
  fileprivate static var resetUpdate: Range<Int> { 0..<2 }
  fileprivate static var updateNew: Range<Int> { 1..<3 }
  fileprivate static var new: Range<Int> { 2..<3 }
}

/// Options of `gru`.
public struct GRUOptions: RecurrentOptions {
  /// Where the reset gate r stands.
  public enum Reset: String, CaseIterable, Sendable {
    /// n = tanh(W x + r ⊙ (U h + b)), as in PyTorch and cuDNN.
    case after
    /// n = tanh(W x + U (r ⊙ h) + b), as published (Cho et al. 2014); a second product a step.
    case before
    /// Nowhere: two gates instead of three.
    case none
  }

  public static let name = "gru"
  public static let summary = "gated recurrent unit: h = z h + (1 − z) n (Cho et al. 2014)"
  public static let table: [OptionKey<GRUOptions>] =
    [
      OptionKey(
        "reset", \.reset,
        "reset gate after the recurrent product (PyTorch, cuDNN), before it (Cho et al.), or none (simplified)"),
      .chrono(\.chrono),
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  /// Where the reset gate stands.
  public var reset = Reset.after
  /// T, steps: units begin to remember for 1 to T of them; 0 for none (Tallec & Ollivier 2018).
  public var chrono = 0
  public var recurrent = RecurrentSettings()

  public init() {}

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    /// r z n, of which z keeps; without a reset gate z n, of which z updates.
    func weights(_ gates: Int) -> RecurrentWeights {
      let signs: [Float] = gates == 3 ? [0, 1, 0] : [-1, 0]
      return RecurrentWeights(
        gates: gates, shape, recurrent, bias: [Float](repeating: 0, count: gates),
        chrono: chrono > 0 ? Chrono(longest: chrono, signs: signs) : nil, parameters)
    }
    return switch reset {
    case .after: RecurrentLayer(GRU(weights: weights(3)), recurrent, parameters)
    case .before: RecurrentLayer(GRUResetBefore(weights: weights(3)), recurrent, parameters)
    case .none: RecurrentLayer(UpdateGateCell(weights: weights(2), keeps: false), recurrent, parameters)
    }
  }
}
