import UnrollKernels

/// A stack under a last layer normalisation of its rows and of its summary.
struct NormCrown: SequenceLayer {
  let inner: any SequenceLayer
  let norm: LayerNorm

  var inputWidth: Int { inner.inputWidth }
  var outputWidth: Int { inner.outputWidth }
  var slots: [StateSlot] { inner.slots }
  var isCausal: Bool { inner.isCausal }
  var multiplyAdds: Int { inner.multiplyAdds }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (output, innerBack) = inner.forward(x, from: state, pass)
    let (rows, rowsBack) = norm.forward(output.rows, pass)
    let (summary, summaryBack) = norm.forward(output.summary, pass)
    return (
      SequenceOutput(rows: rows, summary: summary, state: output.state),
      { gradient in
        innerBack(SequenceGradient(rows: gradient.rows.map(rowsBack), summary: gradient.summary.map(summaryBack)))
      }
    )
  }
}
