import UnrollCore
import UnrollKernels

/// One step of a recurrent network; `RecurrentLayer` walks it over the steps of a batch and back.
///
/// A new cell says what it carries, and writes `gate` and `gateBack` with the loops of `Kernels+Elements.swift`, or with one of its own.
public protocol RecurrentCell {
  var weights: RecurrentWeights { get }
  /// What is carried, each H wide; the first is h, the output.
  var slots: [StateSlot] { get }
  /// Widths of what the steps leave for the way back, a matrix [R, width] each.
  var tapes: [Int] { get }
  /// Width of a matrix [B, width] that a step may write over.
  var scratchWidth: Int { get }
  /// Whether h_{t−1} reaches h_t by more than the recurrent product; if not, `gateBack` may leave anything in `carry(0, t)`.
  var carriesHidden: Bool { get }
  /// How many of the states zoneout applies to, from the first.
  var zonedSlots: Int { get }
  /// Multiply-adds a token beside those of the weights.
  var extraMultiplyAdds: Int { get }

  /// From x to its part of the pre-activations, [R, gH], for all steps at once.
  var input: any Layer { get }
  /// Pre-activations [live, gH] become activations, and the states of step t are written.
  func gate(_ gates: Matrix, _ t: Int, _ walk: RecurrentWalk)
  /// Activations become gradients of the pre-activations. The gradient of h_t is `dy` + `carry(0, t)`; every `carry(i, t)` goes from the
  /// gradient of state i after the step to that of the state before, without what the recurrent product adds.
  func gateBack(_ gates: Matrix, _ t: Int, dy: Matrix, _ walk: RecurrentWalk)

  /// The whole step: recurrent product, then gates. A cell whose product is not simply W h overrides both.
  func step(_ t: Int, _ walk: RecurrentWalk)
  func stepBack(_ t: Int, dy: Matrix, _ walk: RecurrentWalk)
  /// Gradients of the recurrent weights, after all steps.
  func weightsBack(_ walk: RecurrentWalk)
  /// The step of a stream: the one step of the walk, over and over. Asked of the cell, so that it is compiled for its type.
  func streaming(_ walk: RecurrentWalk) -> () -> Void
}

extension RecurrentCell {
  public var tapes: [Int] { [] }
  public var scratchWidth: Int { 0 }
  public var zonedSlots: Int { slots.count }
  public var extraMultiplyAdds: Int { 0 }

  public var input: any Layer { RecurrentInput(weights: weights, bothBiases: true) }

  public func step(_ t: Int, _ walk: RecurrentWalk) {
    let gates = walk.gates(t)
    walk.product.add(walk.recurrentInput(t), to: gates)
    gate(gates, t, walk)
  }

  public func stepBack(_ t: Int, dy: Matrix, _ walk: RecurrentWalk) {
    let gates = walk.gates(t)
    gateBack(gates, t, dy: dy, walk)
    walk.recurrentBack(gates, walk.product, t, adding: carriesHidden)
  }

  public func weightsBack(_ walk: RecurrentWalk) { walk.product.back(walk.allGates, walk.recurrentInputs) }

  public func streaming(_ walk: RecurrentWalk) -> () -> Void {
    {
      step(0, walk)
      walk.zone(0)
      for rows in walk.states { rows.advance() }
    }
  }
}

/// A recurrent cell over packed steps: all input products at once, then step by step.
///
/// Recurrent dropout, weight dropout and zoneout are written here, once for all cells.
public struct RecurrentLayer<Cell: RecurrentCell>: SequenceLayer {
  let cell: Cell
  let settings: RecurrentSettings
  /// Names the random splits of this layer's masks.
  let name: String

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
    let walk = RecurrentWalk(cell, gates: gates, from: state, settings, name: name, pass)
    for t in 0..<pass.steps.steps {
      cell.step(t, walk)
      walk.zone(t)
    }
    let final = walk.states.map { $0.final(pass.arena) }
    return (
      SequenceOutput(rows: walk.states[0].rows, state: final, pass),
      { [cell] gradient in
        let dy = gradient.total(cell.weights.width, pass)
        walk.beginBack()
        for t in (0..<pass.steps.steps).reversed() {
          cell.stepBack(t, dy: walk.incoming(dy.rows(pass.steps.range(t)), t), walk)
          walk.zoneBack(t)
        }
        cell.weightsBack(walk)
        return (inputBack(walk.allGates), walk.carries)
      }
    )
  }

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    cell.input.stream(x, pass).then { gates in
      let walk = RecurrentWalk(cell, gates: gates, from: nil, settings, name: name, pass)
      let state = zip(walk.states, slots).map { $0.slot($1, pass) }
      return SequenceStream(gates, walk.states[0].rows, state, pass, step: cell.streaming(walk))
    }
  }
}
