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
