import UnrollKernels

/// A sequence layer read through a pool: its summary is the mean, the maximum or the attention pool of all rows.
///
/// State: the inner one and that of the pool: sum and count, or the maximum so far, or the H + 1 floats of `AttentionPooling`.
struct PooledSummary: WrappingLayer {
  enum Pool {
    case mean, max
    case attention(AttentionPooling)
  }

  let inner: any SequenceLayer
  let pool: Pool

  private var width: Int { inner.outputWidth }
  var multiplyAdds: Int {
    if case .attention(let pooling) = pool { inner.multiplyAdds + pooling.multiplyAdds } else { inner.multiplyAdds }
  }

  var ownSlots: [StateSlot] {
    switch pool {
    case .mean: [StateSlot("pool_sum", width), TokenCount.slot.named("pool_count")]
    case .max: [StateSlot("pool_max", width, empty: -.infinity)]
    case .attention(let pooling): pooling.slots.map { $0.named("pool_" + $0.name) }
    }
  }

  /// From the gradients of the pool and of its final state (or nil) to those of the rows and of its initial state.
  private typealias Back = (_ pool: Matrix, _ final: [Matrix]?) -> (rows: Matrix, state: [Matrix])

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (first, own) = split(state)
    let (output, innerBack) = inner.forward(x, from: first, pass)
    let (summary, final, back) = pooled(output.rows, own ?? ownSlots.empty(pass.steps.sequences, pass.arena), pass)
    return (
      SequenceOutput(rows: output.rows, summary: summary, state: output.state + final),
      { gradient in
        let (dFinal, dOwn) = split(gradient.state)
        let (dRows, dPool) = back(gradient.summary ?? pass.arena.zeros(pass.steps.sequences, width), dOwn)
        if let direct = gradient.rows { Kernels.add(direct, to: dRows) }
        let (dx, dState) = innerBack(SequenceGradient(rows: dRows, state: dFinal))
        return (dx, dState + dPool)
      }
    )
  }

  private func pooled(_ rows: Matrix, _ state: [Matrix], _ pass: Pass) -> (Matrix, [Matrix], Back) {
    switch pool {
    case .mean: return mean(rows, state, pass)
    case .max: return maximum(rows, state, pass)
    case .attention(let pooling):
      let (output, back) = pooling.forward(rows, from: state, pass)
      return (
        output.whole, output.state,
        { dWhole, dFinal in
          let (dRows, dState) = back(SequenceGradient(summary: dWhole, state: dFinal))
          return (dRows, dState)
        }
      )
    }
  }

  private func mean(_ rows: Matrix, _ state: [Matrix], _ pass: Pass) -> (Matrix, [Matrix], Back) {
    let arena = pass.arena
    let (sum, count) = (pass.sums(rows, from: state[0]), TokenCount.after(state[1], pass))
    let mean = arena.copy(sum)
    for b in 0..<count.rows { Kernels.scale(mean.rows(b..<b + 1), by: 1 / count[b, 0]) }
    return (
      mean, [sum, count],
      { dMean, dFinal in
        let dSum = arena.copy(dMean)
        for b in 0..<count.rows { Kernels.scale(dSum.rows(b..<b + 1), by: 1 / count[b, 0]) }
        if let dFinal { Kernels.add(dFinal[0], to: dSum) }
        return (pass.spread(dSum), [dSum, arena.zeros(count.rows, 1)])
      }
    )
  }

  private func maximum(_ rows: Matrix, _ state: [Matrix], _ pass: Pass) -> (Matrix, [Matrix], Back) {
    let (arena, owners) = (pass.arena, pass.sequenceOfRow)
    let top = arena.copy(state[0])
    Kernels.takeMaximum(rows, owners, into: top)
    return (
      top, [arena.copy(top)],
      { dSummary, dFinal in
        let dTop = dFinal.map { arena.copy($0[0]) } ?? dSummary
        if dFinal != nil { Kernels.add(dSummary, to: dTop) }
        let (dRows, dState) = (arena.matrix(rows.rows, rows.columns), arena.matrix(top.rows, top.columns))
        Kernels.maximumBack(rows, owners, initial: state[0], maximum: top, dTop, into: dRows, dInitial: dState)
        return (dRows, [dState])
      }
    )
  }

  /// The rows are those of the inner layer; the pool is carried in the state.
  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    inner.stream(x, pass).then { rows in poolStream(rows, pass).showing(rows) }
  }

  func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    inner.stream(x, pass).then { rows in poolStream(rows, pass) }
  }

  /// From rows to the pool of all so far.
  private func poolStream(_ rows: Matrix, _ pass: Pass) -> SequenceStream {
    if case .attention(let pooling) = pool { return pooling.stream(rows, pass) }
    let (state, owners) = (ownSlots.empty(rows.rows, pass.arena), pass.sequenceOfRow)
    let (slots, pooled) = (
      zip(ownSlots, state).map { StreamSlot($0, in: $1, pass) }, pass.arena.matrix(rows.rows, width)
    )
    return SequenceStream(rows, pooled, slots, pass) {
      if case .max = pool {
        Kernels.takeMaximum(rows, owners, into: state[0])
        return Kernels.copy(state[0], to: pooled)
      }
      Kernels.add(rows, to: state[0])
      TokenCount.advance(state[1])
      Kernels.copy(state[0], to: pooled)
      for b in 0..<pooled.rows { Kernels.scale(pooled.rows(b..<b + 1), by: 1 / state[1][b, 0]) }
    }
  }
}
