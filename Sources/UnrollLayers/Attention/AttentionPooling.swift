import UnrollKernels

/// Attention pooling over a sequence: α_i = exp(wᵀh_i) / Σ_j exp(wᵀh_j), y = Σ_i α_i h_i.
///
/// Causal: y_t pools h_1…h_t, for all t in linear time, with a running log-sum-exp so that no score overflows. Whole: one y a
/// sequence. Both come from one recurrence; its state is (log Σ exp, y), H + 1 floats, empty at log Σ = −∞.
package struct AttentionPooling {
  package let weight: Parameter

  package init(_ width: Int, _ parameters: ParameterBuilder) {
    weight = parameters.add("weight", [width], .normal(1 / Double(width).squareRoot()))
  }

  package var width: Int { weight.count }
  package var slots: [StateSlot] { [StateSlot("log_sum", 1, empty: -.infinity), StateSlot("pooled", width)] }
  package var multiplyAdds: Int { 3 * width }

  package struct Output {
    /// [R, H]: the pool over 1…t at every step t.
    package let causal: Matrix
    /// [B, H]: the pool over the whole sequence.
    package let whole: Matrix
    package let state: [Matrix]
  }

  /// The pullback takes the gradients of `causal` as rows and of `whole` as summary.
  ///
  /// - Parameter h: [R, H], without gaps.
  package func forward(_ h: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: Output, pullback: SequencePullback)
  {
    let (steps, arena) = (pass.steps, pass.arena)
    let w = pass.value(weight)
    let scores = arena.matrix(h.rows, 1)
    Kernels.multiply(h, w, .right, into: scores)
    if let inspection = pass.inspection, steps.sequences == 1 {
      let weights = arena.copy(scores).reshaped(rows: 1, columns: h.rows)
      Kernels.softmax(weights)
      inspection.show(.attention, self.weight.name, weights)
    }
    let logSums = HiddenRows(1, initial: state?[0], empty: -.infinity, pass)
    let pooled = HiddenRows(width, initial: state?[1], pass)
    Kernels.poolCausal(steps, scores: scores, hidden: h, logSums: logSums.all, pooled: pooled.all)
    let whole = pooled.final()
    let output = Output(causal: pooled.rows, whole: whole, state: [logSums.final(), whole])
    return (
      output,
      { gradient in
        let (dy, carry) = (gradient.total(width, pass), gradient.carries(slots, pass))
        let (dScores, dh) = (arena.matrix(h.rows, 1), arena.matrix(h.rows, width))
        Kernels.poolCausalBack(
          steps, scores: scores, hidden: h, logSums: logSums.all, pooled: pooled.all, dy: dy, carryLogSum: carry[0],
          carryPooled: carry[1], dScores: dScores, dHidden: dh)
        Kernels.multiply(dScores, h, .left, adding: true, into: pass.gradient(weight))
        Kernels.multiply(dScores, w, adding: true, into: dh)
        return (dh, carry)
      }
    )
  }

  /// The pool over all steps so far.
  func stream(_ h: Matrix, _ pass: Pass) -> SequenceStream {
    let scores = PackedMap(pass.value(weight), bias: nil, pass.arena).stream(h, pass)
    let logSums = HiddenRows(1, initial: nil, pass)
    let pooled = HiddenRows(width, initial: nil, pass)
    return scores.then { scores in
      let state = zip([logSums, pooled], slots).map { $0.slot($1) }
      return SequenceStream(scores, pooled.rows, state, pass) {
        Kernels.poolCausal(pass.steps, scores: scores, hidden: h, logSums: logSums.all, pooled: pooled.all)
        logSums.advance()
        pooled.advance()
      }
    }
  }
}
