import UnrollKernels

/// A recurrent cell over packed steps: all input products at once, then step by step.
///
/// Recurrent dropout, weight dropout and zoneout are written in its `Unrolling`, once for all cells.
public struct RecurrentLayer<Cell: RecurrentCell>: SequenceLayer {
  let cell: Cell
  let settings: RecurrentSettings
  /// Names the random splits of this layer's masks.
  let name: String

  /// - Parameters:
  ///   - cell: its step.
  ///   - settings: those that the cell's weights were made with.
  ///   - parameters: the scope of the layer, after which its masks are named.
  public init(_ cell: Cell, _ settings: RecurrentSettings, _ parameters: ParameterBuilder) {
    (self.cell, self.settings) = (cell, settings)
    name = parameters.name("recurrent")
  }

  public var inputWidth: Int { cell.weights.inputWidth }
  public var outputWidth: Int { cell.weights.width }
  public var slots: [StateSlot] { cell.slots }
  public var multiplyAdds: Int { cell.weights.multiplyAdds + cell.extraMultiplyAdds }

  public func forward(
    _ x: Matrix, from state: [Matrix]?, _ pass: Pass
  ) -> (output: SequenceOutput, pullback: SequencePullback) {
    let (gates, inputBack) = cell.input.forward(x, pass)
    let unrolling = unrolling(gates, from: state, pass)
    for t in 0..<pass.steps.steps {
      let step = unrolling.step(t)
      cell.forward(step)
      unrolling.applyZoneout(step)
    }
    if let inspection = pass.inspection { show(unrolling, in: inspection) }
    let final = unrolling.states.map { $0.final() }
    return (
      SequenceOutput(rows: unrolling.states[0].rows, state: final, pass),
      { [cell] gradient in
        let dy = gradient.total(cell.weights.width, pass)
        unrolling.beginBack(gradient.carries(cell.slots, pass))
        if gradient.state != nil { cell.beginBack(unrolling) }
        for t in (0..<pass.steps.steps).reversed() {
          let step = unrolling.step(t)
          cell.back(step, dy: unrolling.incoming(dy.rows(pass.steps.range(t)), step))
          unrolling.zoneoutBack(step)
        }
        cell.endBack(unrolling)
        cell.weightsBack(unrolling)
        return (inputBack(unrolling.gates), unrolling.carries)
      }
    )
  }

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    cell.input.stream(x, pass).then { gates in
      let unrolling = unrolling(gates, from: nil, pass)
      let state = zip(unrolling.states, slots).map { $0.slot($1) }
      return SequenceStream(gates, unrolling.states[0].rows, state, pass, step: cell.streaming(unrolling))
    }
  }

  private func show(_ unrolling: Unrolling, in inspection: Inspection) {
    let weights = unrolling.pass.value(cell.weights.hh)
    for (index, block) in cell.blocks.enumerated() {
      let (own, label) = (index..<index + 1, "\(name) \(block.name)")
      inspection.show(.recurrence, label, weights.rows(cell.weights.gates(own)))
      if case .gate = block { inspection.show(.gate, label, unrolling.gates(of: own)) }
    }
  }

  private func unrolling(_ gates: Matrix, from state: [Matrix]?, _ pass: Pass) -> Unrolling {
    Unrolling(
      cell.weights, cell.slots, saved: cell.saved, scratch: cell.scratchWidth, zoneoutSlots: cell.zoneoutSlots,
      gates: gates, from: state, settings, name: name, pass)
  }
}
