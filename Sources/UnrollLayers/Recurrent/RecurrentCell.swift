import UnrollKernels

/// A block of H pre-activations of a cell.
public enum GateBlock: Sendable {
  /// What becomes an activation between 0 and 1, in the matrix of gates.
  case gate(String)
  /// What becomes something else, for example a candidate.
  case other(String)

  var name: String {
    switch self {
    case .gate(let name), .other(let name): name
    }
  }
}

/// One step of a recurrent network; `RecurrentLayer` unrolls it over the steps of a batch and back.
///
/// A new cell says what it carries beside h, and writes `gate` and `gateBack` with the loops of `Kernels+Elements.swift`, or with one of
/// its own.
public protocol RecurrentCell {
  /// Its affine maps; they give the width H and the number of gates g.
  var weights: RecurrentWeights { get }
  /// What is carried, each H wide; the first is h, the output. By default h alone.
  var slots: [StateSlot] { get }
  /// Widths of what a step saves for the way back, a matrix [R, width] each.
  var saved: [Int] { get }
  /// Width of a matrix [B, width] that a step may write over.
  var scratchWidth: Int { get }
  /// Whether h_{t−1} reaches h_t by more than the recurrent product; if not, `gateBack` may leave anything in `carry(.hidden)`.
  var carriesHidden: Bool { get }
  /// How many of the states zoneout applies to, from the first.
  var zoneoutSlots: Int { get }
  /// The blocks of its pre-activations in their order, as a person calls them.
  var blocks: [GateBlock] { get }
  /// Multiply-adds a token beside those of the weights.
  var extraMultiplyAdds: Int { get }

  /// From x to what it adds to the pre-activations, [R, gH], for all steps at once.
  var input: any Layer { get }
  /// The step's pre-activations [live, gH] become activations, and its states are written.
  func gate(_ step: Unrolling.Step)
  /// Activations become gradients of the pre-activations. The gradient of h_t is `dy` + `carry(.hidden)`; every `carry` goes from the
  /// gradient of a state after the step to that of the state before, without what the recurrent product adds.
  func gateBack(_ step: Unrolling.Step, dy: Matrix)

  /// The whole step: recurrent product, then gates. A cell whose product is not simply U h overrides these three.
  func forward(_ step: Unrolling.Step)
  /// Its way back: activations become gradients of the pre-activations, and `carry(.hidden)` gets what the recurrent product adds.
  func back(_ step: Unrolling.Step, dy: Matrix)
  /// Gradients of the recurrent weights, after all steps.
  func weightsBack(_ unrolling: Unrolling)

  /// Before and after the steps of the way back, for a cell whose `carry` holds something else than a gradient between them. The first
  /// is only asked where the final state has a gradient.
  func beginBack(_ unrolling: Unrolling)
  /// After all steps of the way back.
  func endBack(_ unrolling: Unrolling)
  /// The step of a stream, over and over. Asked of the cell, so that it is compiled for its type.
  func streaming(_ unrolling: Unrolling) -> () -> Void
}

extension RecurrentCell {
  public var slots: [StateSlot] { [StateSlot("h", weights.width)] }
  public var saved: [Int] { [] }
  public var scratchWidth: Int { 0 }
  public var zoneoutSlots: Int { slots.count }
  public var blocks: [GateBlock] { (1...weights.gates).map { .other(weights.gates == 1 ? "h" : "\($0)") } }
  public var extraMultiplyAdds: Int { 0 }

  public var input: any Layer { RecurrentInput(weights: weights, bothBiases: true) }

  public func forward(_ step: Unrolling.Step) {
    step.unrolling.product.add(step.recurrentInput, to: step.gates)
    gate(step)
  }

  public func back(_ step: Unrolling.Step, dy: Matrix) {
    gateBack(step, dy: dy)
    step.recurrentBack(step.gates, step.unrolling.product, adding: carriesHidden)
  }

  public func beginBack(_ unrolling: Unrolling) {}
  public func endBack(_ unrolling: Unrolling) {}

  public func weightsBack(_ unrolling: Unrolling) {
    unrolling.product.back(unrolling.gates, unrolling.recurrentInputs)
  }

  public func streaming(_ unrolling: Unrolling) -> () -> Void {
    let step = unrolling.step(0)
    return {
      forward(step)
      unrolling.applyZoneout(step)
      for rows in unrolling.states { rows.advance() }
    }
  }
}
