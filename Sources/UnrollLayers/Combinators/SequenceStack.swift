import UnrollKernels

/// Sequence layers on top of each other, each with dropout on the rows that come in. The summary is the last layer's.
struct SequenceStack: SequenceLayer {
  struct Level {
    let layer: any SequenceLayer
    /// Added to the names of its state: `l0`.
    let suffix: String
    /// Of the rows that come in.
    var dropout = Dropout(0, name: "")
  }

  let levels: [Level]

  var inputWidth: Int { levels[0].layer.inputWidth }
  var outputWidth: Int { levels[levels.count - 1].layer.outputWidth }
  var summaryWidth: Int { levels[levels.count - 1].layer.summaryWidth }
  var slots: [StateSlot] {
    if levels.count == 1 { return levels[0].layer.slots }
    return levels.flatMap { level in level.layer.slots.map { $0.named("\($0.name)_\(level.suffix)") } }
  }
  var isCausal: Bool { levels.allSatisfy(\.layer.isCausal) }
  var innerLayers: [any SequenceLayer] { levels.map(\.layer) }
  var multiplyAdds: Int { levels.reduce(0) { $0 + $1.layer.multiplyAdds } }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    var output = SequenceOutput(rows: x, summary: x, state: [])
    var pullbacks: [(layer: SequencePullback, dropout: Pullback)] = []
    var (first, final) = (state, [Matrix]())
    for level in levels {
      let (rows, dropoutBack) = level.dropout.forward(output.rows, pass)
      let own = first?.split(at: level.layer.slots.count)
      first = own?.rest
      let (next, pullback) = level.layer.forward(rows, from: own?.first, pass)
      output = next
      final += next.state
      pullbacks.append((pullback, dropoutBack))
    }
    output.state = final
    return (
      output,
      { gradient in
        var gradient = gradient
        var (dFinal, states) = (gradient.state, [[Matrix]]())
        for (level, pullback) in zip(levels, pullbacks).reversed() {
          let own = dFinal.map { $0.split(at: $0.count - level.layer.slots.count) }
          (gradient.state, dFinal) = (own?.rest, own?.first)
          let (dx, dState) = pullback.layer(gradient)
          states.append(dState)
          gradient = SequenceGradient(rows: pullback.dropout(dx))
        }
        return (gradient.rows!, states.reversed().flatMap { $0 })
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    stream(levels, x, pass)
  }

  func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    stream(levels.dropLast(), x, pass).then { levels[levels.count - 1].layer.summaryStream($0, pass) }
  }

  private func stream(_ levels: some Collection<Level>, _ x: Matrix, _ pass: Pass) -> SequenceStream {
    levels.reduce(.identity(x, pass)) { below, level in below.then { level.layer.stream($0, pass) } }
  }
}
