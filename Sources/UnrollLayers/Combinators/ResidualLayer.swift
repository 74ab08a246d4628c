import UnrollKernels

/// A layer beside its input, normalised before it (pre-norm; He et al. 2016, Xiong et al. 2020):
///
///     y = x + Dropout(P layer(LN(x)))
///
/// P maps back where the layer is wider than x (both directions side by side), and is not there otherwise. The summary goes the same
/// way: that of x is its last row.
struct ResidualLayer: WrappingLayer {
  let inner: any SequenceLayer
  let norm: LayerNorm
  let projection: Linear?
  let dropout: Dropout

  init(_ inner: any SequenceLayer, dropout: Double, perSequence: Bool, _ parameters: ParameterBuilder) {
    self.inner = inner
    norm = LayerNorm(inner.inputWidth, parameters)
    let same = inner.outputWidth == inner.inputWidth
    projection = same ? nil : Linear(inner.outputWidth, inner.inputWidth, parameters.scope("residual"))
    self.dropout = Dropout(dropout, perSequence: perSequence, name: parameters.name("residual_dropout"))
  }

  var outputWidth: Int { inner.inputWidth }
  var multiplyAdds: Int { inner.multiplyAdds + (projection?.multiplyAdds ?? 0) }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (normed, normBack) = norm.forward(x, pass)
    let (output, innerBack) = inner.forward(normed, from: state, pass)
    let (rows, rowsBack) = mapped(output.rows, "rows", pass)
    let (summary, summaryBack) = mapped(output.summary, "summary", pass)
    let (sum, ends) = (pass.arena.copy(rows), pass.last(x))
    Kernels.add(x, to: sum)
    Kernels.add(summary, to: ends)
    return (
      SequenceOutput(rows: sum, summary: ends, state: output.state),
      { gradient in
        let inside = SequenceGradient(
          rows: gradient.rows.map(rowsBack), summary: gradient.summary.map(summaryBack), state: gradient.state)
        let (dNormed, dState) = innerBack(inside)
        let dx = pass.arena.copy(normBack(dNormed))
        Kernels.add(gradient.total(inputWidth, pass), to: dx)
        return (dx, dState)
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    norm.stream(x, pass).then { inner.stream($0, pass) }.then(projection).adding(x)
  }

  func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    norm.stream(x, pass).then { inner.summaryStream($0, pass) }.then(projection).adding(x)
  }

  private func mapped(_ x: Matrix, _ mask: String, _ pass: Pass) -> (Matrix, Pullback) {
    let (y, projectionBack) = projection?.forward(x, pass) ?? (x, { $0 })
    let (dropped, dropoutBack) = dropout.named(mask).forward(y, pass)
    return (dropped, { projectionBack(dropoutBack($0)) })
  }
}
