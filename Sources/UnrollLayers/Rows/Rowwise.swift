import UnrollKernels

/// A function of single rows as a sequence layer: no state, no time.
struct Rowwise: SequenceLayer {
  let inputWidth: Int
  let outputWidth: Int
  let multiplyAdds: Int
  let layer: any Layer

  /// - Parameter below: what stands before the map (an activation).
  init(_ map: Linear, after below: [any Layer] = []) {
    (inputWidth, outputWidth, multiplyAdds) = (map.inputWidth, map.outputWidth, map.multiplyAdds)
    layer = below.isEmpty ? map : Chain(below + [map])
  }

  var slots: [StateSlot] { [] }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (rows, pullback) = layer.forward(x, pass)
    return (
      SequenceOutput(rows: rows, state: [], pass),
      { gradient in (pullback(gradient.total(outputWidth, pass)), []) }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream { layer.stream(x, pass) }
}

/// A function of single rows on top of a sequence layer: of its rows and of its summary (a last norm).
struct RowwiseTop: WrappingLayer {
  let inner: any SequenceLayer
  /// Keeps the width.
  let layer: any Layer

  var summaryWidth: Int { inner.summaryWidth }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (output, innerBack) = inner.forward(x, from: state, pass)
    let (rows, rowsBack) = layer.forward(output.rows, pass)
    let (summary, summaryBack) = layer.forward(output.summary, pass)
    return (
      SequenceOutput(rows: rows, summary: summary, state: output.state),
      { gradient in
        innerBack(
          SequenceGradient(
            rows: gradient.rows.map(rowsBack), summary: gradient.summary.map(summaryBack), state: gradient.state))
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream { inner.stream(x, pass).then(layer) }

  func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream { inner.summaryStream(x, pass).then(layer) }
}
