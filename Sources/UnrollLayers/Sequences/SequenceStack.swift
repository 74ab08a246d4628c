import UnrollKernels

/// Sequence layers on top of each other, with dropout between them (not after the last). The summary is the last layer's.
struct SequenceStack: SequenceLayer {
  let layers: [any SequenceLayer]
  /// One fewer than layers.
  let dropouts: [Dropout]

  var inputWidth: Int { layers[0].inputWidth }
  var outputWidth: Int { layers[layers.count - 1].outputWidth }
  var summaryWidth: Int { layers[layers.count - 1].summaryWidth }
  var slots: [StateSlot] {
    layers.enumerated().flatMap { index, layer in
      layer.slots.map { StateSlot("\($0.name)_l\(index)", $0.width, empty: $0.empty) }
    }
  }
  var isCausal: Bool { layers.allSatisfy(\.isCausal) }
  var multiplyAdds: Int { layers.reduce(0) { $0 + $1.multiplyAdds } }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    var output = SequenceOutput(rows: x, summary: x, state: [])
    var pullbacks: [(layer: SequencePullback, dropout: Pullback)] = []
    var final: [Matrix] = []
    var used = 0
    for (index, layer) in layers.enumerated() {
      let (rows, dropoutBack) = index == 0 ? (output.rows, { $0 }) : dropouts[index - 1].forward(output.rows, pass)
      let own = state.map { Array($0[used..<used + layer.slots.count]) }
      used += layer.slots.count
      let (next, pullback) = layer.forward(rows, from: own, pass)
      output = next
      final += next.state
      pullbacks.append((pullback, dropoutBack))
    }
    output.state = final
    return (
      output,
      { gradient in
        var gradient = gradient
        var states: [[Matrix]] = []
        for (layer, dropout) in pullbacks.reversed() {
          let (dx, dState) = layer(gradient)
          states.append(dState)
          gradient = SequenceGradient(rows: dropout(dx))
        }
        return (gradient.rows!, states.reversed().flatMap { $0 })
      }
    )
  }
}
