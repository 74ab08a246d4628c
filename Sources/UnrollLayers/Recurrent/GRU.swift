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

  var slots: [StateSlot] { [StateSlot("h", weights.width)] }
  /// U_n h + b'_n; on the way back its gradient.
  var tapes: [Int] { [weights.width] }
  /// U h + b' of all gates.
  var scratchWidth: Int { 3 * weights.width }
  var carriesHidden: Bool { true }

  var input: any Layer { RecurrentInput(weights: weights, bothBiases: false) }

  func step(_ t: Int, _ walk: RecurrentWalk) {
    let product = walk.scratch(t)
    if let biases = weights.biases { Kernels.fillRows(product, with: walk.pass.value(biases.hh)) }
    walk.product.add(walk.recurrentInput(t), to: product)
    gate(walk.gates(t), t, walk)
  }

  func gate(_ gates: Matrix, _ t: Int, _ walk: RecurrentWalk) {
    Kernels.gruStep(
      gates: gates, recurrent: walk.scratch(t), previous: walk.previous(0, t), recurrentN: walk.tape(0, t),
      hidden: walk.current(0, t))
  }

  func gateBack(_ gates: Matrix, _ t: Int, dy: Matrix, _ walk: RecurrentWalk) {
    Kernels.gruStepBack(
      gates: gates, previous: walk.previous(0, t), recurrentN: walk.tape(0, t), dy: dy, carry: walk.carry(0, t))
  }

  func stepBack(_ t: Int, dy: Matrix, _ walk: RecurrentWalk) {
    let gates = walk.gates(t)
    gateBack(gates, t, dy: dy, walk)
    walk.recurrentBack(gates.columns(weights.gates(0..<2)), walk.part(weights.gates(0..<2)), t, adding: true)
    walk.recurrentBack(walk.tape(0, t), walk.part(weights.gates(2..<3)), t, adding: true)
  }

  func weightsBack(_ walk: RecurrentWalk) {
    let hidden = walk.recurrentInputs
    walk.part(weights.gates(0..<2)).back(walk.allGates.columns(weights.gates(0..<2)), hidden)
    walk.part(weights.gates(2..<3)).back(walk.tapes[0], hidden)
  }
}

/// Gated recurrent unit with the reset gate before the recurrent product, as first published.
///
///     n = tanh(W_n x_t + b_n + U_n (r ⊙ h_{t−1}) + b'_n),  the rest as in `GRU`
struct GRUResetBefore: RecurrentCell {
  let weights: RecurrentWeights

  var slots: [StateSlot] { [StateSlot("h", weights.width)] }
  /// r ⊙ h_{t−1}, as the product sees it.
  var tapes: [Int] { [weights.width] }
  /// Its gradient.
  var scratchWidth: Int { weights.width }
  var carriesHidden: Bool { true }

  func step(_ t: Int, _ walk: RecurrentWalk) {
    let (gates, reset) = (walk.gates(t), walk.tape(0, t))
    walk.part(weights.gates(0..<2)).add(walk.recurrentInput(t), to: gates.columns(weights.gates(0..<2)))
    Kernels.gruReset(gates: gates, previous: walk.previous(0, t), reset: reset)
    _ = walk.masked(reset, t, into: reset)
    walk.part(weights.gates(2..<3)).add(reset, to: gates.columns(weights.gates(2..<3)))
    gate(gates, t, walk)
  }

  func gate(_ gates: Matrix, _ t: Int, _ walk: RecurrentWalk) {
    Kernels.updateStep(
      gates: gates.columns(weights.gates(1..<3)), keeps: true, previous: walk.previous(0, t), hidden: walk.current(0, t))
  }

  func gateBack(_ gates: Matrix, _ t: Int, dy: Matrix, _ walk: RecurrentWalk) {
    Kernels.updateStepBack(
      gates: gates.columns(weights.gates(1..<3)), keeps: true, previous: walk.previous(0, t), dy: dy,
      carry: walk.carry(0, t))
  }

  func stepBack(_ t: Int, dy: Matrix, _ walk: RecurrentWalk) {
    let (gates, dReset) = (walk.gates(t), walk.scratch(t))
    gateBack(gates, t, dy: dy, walk)
    walk.recurrentBack(
      gates.columns(weights.gates(2..<3)), walk.part(weights.gates(2..<3)), t, adding: false, into: dReset)
    Kernels.gruResetBack(gates: gates, previous: walk.previous(0, t), dReset: dReset, addCarry: walk.carry(0, t))
    walk.recurrentBack(gates.columns(weights.gates(0..<2)), walk.part(weights.gates(0..<2)), t, adding: true)
  }

  func weightsBack(_ walk: RecurrentWalk) {
    walk.part(weights.gates(0..<2)).back(walk.allGates.columns(weights.gates(0..<2)), walk.recurrentInputs)
    walk.part(weights.gates(2..<3)).back(walk.allGates.columns(weights.gates(2..<3)), walk.tapes[0])
  }
}

/// Gated recurrent unit without the reset gate, as the standard lecture notes write it:
///
///     u = σ(W_u x_t + b_u + U_u h_{t−1} + b'_u),  n = tanh(same form)
///     h_t = (1 − u) ⊙ h_{t−1} + u ⊙ n
///
/// State: h, H floats. Cost: 2H (E + H) multiply-adds a token. Gates lie in the order u n; u = 1 − z of the others.
struct GRUSimplified: RecurrentCell {
  let weights: RecurrentWeights

  var slots: [StateSlot] { [StateSlot("h", weights.width)] }
  var carriesHidden: Bool { true }

  func gate(_ gates: Matrix, _ t: Int, _ walk: RecurrentWalk) {
    Kernels.updateStep(gates: gates, keeps: false, previous: walk.previous(0, t), hidden: walk.current(0, t))
  }

  func gateBack(_ gates: Matrix, _ t: Int, dy: Matrix, _ walk: RecurrentWalk) {
    Kernels.updateStepBack(gates: gates, keeps: false, previous: walk.previous(0, t), dy: dy, carry: walk.carry(0, t))
  }
}

/// Options of `gru`.
public struct GRUOptions: RecurrentOptions {
  public enum Reset: String, CaseIterable, Sendable { case after, before, none }

  public static let name = "gru"
  public static let summary = "gated recurrent unit: h = z h + (1 − z) n (Cho et al. 2014)"
  public static let table: [OptionKey<GRUOptions>] =
    [
      OptionKey(
        "reset", \.reset,
        "reset gate after the recurrent product (PyTorch, cuDNN), before it (Cho et al.), or none (simplified)")
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  public var reset = Reset.after
  public var recurrent = RecurrentSettings()

  public init() {}

  public func makeLayer(_ site: LayerSite, _ parameters: ParameterBuilder) -> any SequenceLayer {
    func weights(_ gates: Int) -> RecurrentWeights {
      RecurrentWeights(gates: gates, site, recurrent, bias: [Float](repeating: 0, count: gates), parameters)
    }
    return switch reset {
    case .after: RecurrentLayer(GRU(weights: weights(3)), recurrent, parameters)
    case .before: RecurrentLayer(GRUResetBefore(weights: weights(3)), recurrent, parameters)
    case .none: RecurrentLayer(GRUSimplified(weights: weights(2)), recurrent, parameters)
    }
  }
}
