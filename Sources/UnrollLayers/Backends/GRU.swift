import UnrollCore
import UnrollKernels

/// Gated recurrent unit (Cho et al. 2014).
///
///     r, z = σ(W x_t + b + U h_{t−1} + b')
///     after:  n = tanh(W_n x_t + b_n + r ⊙ (U_n h_{t−1} + b'_n))
///     before: n = tanh(W_n x_t + b_n + U_n (r ⊙ h_{t−1}) + b'_n)
///     h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}
///
/// State: h, H floats. Cost: 3H (E + H) multiply-adds a token. Gates lie in the order r z n; with the reset after, names and
/// layouts are those of `torch.nn.GRU`.
struct GRU: SequenceLayer {
  let weights: RecurrentWeights
  let resetBefore: Bool

  var inputWidth: Int { weights.inputWidth }
  var outputWidth: Int { weights.width }
  var slots: [StateSlot] { [StateSlot("h", outputWidth)] }
  var multiplyAdds: Int { weights.multiplyAdds }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    resetBefore ? forwardBefore(x, state, pass) : forwardAfter(x, state, pass)
  }

  private func forwardAfter(_ x: Matrix, _ state: [Matrix]?, _ pass: Pass) -> (SequenceOutput, SequencePullback) {
    let (steps, arena, width) = (pass.steps, pass.arena, outputWidth)
    let recurrent = PackedWeights(pass.value(weights.hh), transposed: true, arena)
    let gates = weights.inputProduct(x, bothBiases: false, pass)
    let h = HiddenRows(width, initial: state?[0], pass)
    let recurrentN = arena.matrix(steps.rows, width)
    let product = arena.matrix(steps.sequences, 3 * width)
    for t in 0..<steps.steps {
      let (range, now) = (steps.range(t), product.rows(0..<Int(steps.live[t])))
      Kernels.fillRows(now, with: pass.value(weights.biasHH))
      Kernels.multiply(h.previous(t), recurrent, adding: true, into: now)
      Kernels.gruStep(
        gates: gates.rows(range), recurrent: now, previous: h.previous(t), recurrentN: recurrentN.rows(range),
        hidden: h.current(t))
    }
    return (
      SequenceOutput(rows: h.rows, state: [h.final(arena)], pass),
      { gradient in
        let dy = gradient.total(width, pass)
        let carry = arena.zeros(steps.sequences, width)
        let (resetAndUpdate, candidate) = (0..<2 * width, 2 * width..<3 * width)
        let backGates = PackedWeights(pass.value(weights.hh).rows(resetAndUpdate), transposed: false, arena)
        let backCandidate = PackedWeights(pass.value(weights.hh).rows(candidate), transposed: false, arena)
        for t in (0..<steps.steps).reversed() {
          let (range, live) = (steps.range(t), carry.rows(0..<Int(steps.live[t])))
          Kernels.gruStepBack(
            gates: gates.rows(range), previous: h.previous(t), recurrentN: recurrentN.rows(range), dy: dy.rows(range),
            carry: live)
          Kernels.multiply(gates.rows(range).columns(resetAndUpdate), backGates, adding: true, into: live)
          Kernels.multiply(recurrentN.rows(range), backCandidate, adding: true, into: live)
        }
        let previous = h.allPrevious(arena)
        weights.recurrentBack(gates.columns(resetAndUpdate), previous, rows: resetAndUpdate, pass)
        weights.recurrentBack(recurrentN, previous, rows: candidate, pass)
        return (weights.inputBack(gates, x, pass), [carry])
      }
    )
  }

  private func forwardBefore(_ x: Matrix, _ state: [Matrix]?, _ pass: Pass) -> (SequenceOutput, SequencePullback) {
    let (steps, arena, recurrent, width) = (pass.steps, pass.arena, pass.value(weights.hh), outputWidth)
    let (resetAndUpdate, candidate) = (0..<2 * width, 2 * width..<3 * width)
    let gateWeights = PackedWeights(recurrent.rows(resetAndUpdate), transposed: true, arena)
    let candidateWeights = PackedWeights(recurrent.rows(candidate), transposed: true, arena)
    let gates = weights.inputProduct(x, bothBiases: true, pass)
    let h = HiddenRows(width, initial: state?[0], pass)
    let reset = arena.matrix(steps.rows, width)
    for t in 0..<steps.steps {
      let (range, now) = (steps.range(t), gates.rows(steps.range(t)))
      Kernels.multiply(h.previous(t), gateWeights, adding: true, into: now.columns(resetAndUpdate))
      Kernels.gruReset(gates: now, previous: h.previous(t), reset: reset.rows(range))
      Kernels.multiply(reset.rows(range), candidateWeights, adding: true, into: now.columns(candidate))
      Kernels.gruUpdate(gates: now, previous: h.previous(t), hidden: h.current(t))
    }
    return (
      SequenceOutput(rows: h.rows, state: [h.final(arena)], pass),
      { gradient in
        let dy = gradient.total(width, pass)
        let carry = arena.zeros(steps.sequences, width)
        let dReset = arena.matrix(steps.sequences, width)
        let backGates = PackedWeights(recurrent.rows(resetAndUpdate), transposed: false, arena)
        let backCandidate = PackedWeights(recurrent.rows(candidate), transposed: false, arena)
        for t in (0..<steps.steps).reversed() {
          let (range, live) = (steps.range(t), 0..<Int(steps.live[t]))
          let (now, back) = (gates.rows(range), carry.rows(live))
          Kernels.gruUpdateBack(gates: now, previous: h.previous(t), dy: dy.rows(range), carry: back)
          Kernels.multiply(now.columns(candidate), backCandidate, into: dReset.rows(live))
          Kernels.gruResetBack(gates: now, previous: h.previous(t), dReset: dReset.rows(live), addCarry: back)
          Kernels.multiply(now.columns(resetAndUpdate), backGates, adding: true, into: back)
        }
        weights.recurrentBack(gates.columns(resetAndUpdate), h.allPrevious(arena), rows: resetAndUpdate, pass)
        weights.recurrentBack(gates.columns(candidate), reset, rows: candidate, pass)
        return (weights.inputBack(gates, x, pass), [carry])
      }
    )
  }
}

/// Options of `gru`.
public struct GRUOptions: RecurrentOptions {
  public enum Reset: String, CaseIterable, Sendable { case after, before }

  public static let name = "gru"
  public static let summary = "gated recurrent unit: h = z h + (1 − z) n (Cho et al. 2014)"
  public static let table: [OptionKey<GRUOptions>] =
    [
      OptionKey("reset", \.reset, "reset gate after the recurrent product (PyTorch, cuDNN) or before it (Cho et al.)")
    ] + RecurrentInitialisation.table.map { $0.lifted(\.initialisation) }

  public var reset = Reset.after
  public var initialisation = RecurrentInitialisation()

  public init() {}

  public func makeLayer(_ site: LayerSite, _ parameters: ParameterBuilder) -> any SequenceLayer {
    GRU(
      weights: RecurrentWeights(gates: 3, site.input, site.width, initialisation, bias: [0, 0, 0], parameters),
      resetBefore: reset == .before)
  }
}
