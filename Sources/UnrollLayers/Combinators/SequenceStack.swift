import UnrollKernels

/// Sequence layers on top of each other, each with dropout on the rows that come in. The summary is the last layer's.
struct SequenceStack: SequenceLayer {
  struct Part {
    let layer: any SequenceLayer
    /// Added to the names of its state: `l0`.
    let suffix: String
    /// Of the rows that come in.
    var dropout = Dropout(0, name: "")
  }

  let parts: [Part]

  var inputWidth: Int { parts[0].layer.inputWidth }
  var outputWidth: Int { parts[parts.count - 1].layer.outputWidth }
  var summaryWidth: Int { parts[parts.count - 1].layer.summaryWidth }
  var slots: [StateSlot] {
    if parts.count == 1 { return parts[0].layer.slots }
    return parts.flatMap { part in part.layer.slots.map { $0.named("\($0.name)_\(part.suffix)") } }
  }
  var isCausal: Bool { parts.allSatisfy(\.layer.isCausal) }
  var innerLayers: [any SequenceLayer] { parts.map(\.layer) }
  var multiplyAdds: Int { parts.reduce(0) { $0 + $1.layer.multiplyAdds } }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    var output = SequenceOutput(rows: x, summary: x, state: [])
    var pullbacks: [(layer: SequencePullback, dropout: Pullback)] = []
    var final: [Matrix] = []
    var used = 0
    for part in parts {
      let (rows, dropoutBack) = part.dropout.forward(output.rows, pass)
      let own = state.map { Array($0[used..<used + part.layer.slots.count]) }
      used += part.layer.slots.count
      let (next, pullback) = part.layer.forward(rows, from: own, pass)
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

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    stream(parts, x, pass)
  }

  func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    stream(parts.dropLast(), x, pass).then { parts[parts.count - 1].layer.summaryStream($0, pass) }
  }

  private func stream(_ parts: some Collection<Part>, _ x: Matrix, _ pass: Pass) -> SequenceStream {
    parts.reduce(.identity(x, pass)) { below, part in below.then { part.layer.stream($0, pass) } }
  }
}
