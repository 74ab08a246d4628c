import UnrollKernels

/// One of the states that a cell carries: its index among the cell's `slots`.
public struct CellState: Sendable {
  let slot: Int

  /// - Parameter slot: index among the cell's `slots`.
  public init(_ slot: Int) { self.slot = slot }

  /// h, the output.
  public static let hidden = CellState(0)
  /// c of an LSTM and its like.
  public static let cell = CellState(1)
}

/// A recurrent cell unrolled over the steps of a batch: gates, states, masks, what steps save for the way back, and there the
/// gradients that flow from step to step.
public final class Unrolling {
  /// Memory, parameters and order of the batch.
  public let pass: Pass
  /// The cell's affine maps.
  public let weights: RecurrentWeights
  /// W x + b for all rows; then activations; on the way back gradients of the pre-activations. [R, gH]
  public let gates: Matrix
  /// The states behind their initial values, as the next step sees them.
  let states: [HiddenRows]
  /// What the cell writes: the states, or with zoneout what they would be without.
  private let written: [HiddenRows]
  /// What steps save for the way back, [R, width] each.
  public let saved: [Matrix]
  private let scratch: Matrix
  /// The recurrent product with all of weight_hh.
  public let product: RecurrentProduct
  private var products: [RecurrentProduct] = []
  private let zoneout: Zoneout?
  private let hiddenMask: Matrix?
  /// h_{t−1} ⊙ mask [R, H], where there is a mask.
  private let maskedHidden: Matrix?
  /// As `carry` has them.
  private(set) var carries: [Matrix] = []
  private var cellGradient: Matrix?
  private var backProduct: Matrix?

  /// - Parameters:
  ///   - gates: W x + b of the cell, which are overwritten.
  ///   - saved, scratch, zoneoutSlots: as the cell has them.
  ///   - name: of the layer, which names the masks' random splits.
  init(
    _ weights: RecurrentWeights, _ slots: [StateSlot], saved: [Int], scratch: Int, zoneoutSlots: Int, gates: Matrix,
    from state: [Matrix]?, _ settings: RecurrentSettings, name: String, _ pass: Pass
  ) {
    let (arena, width) = (pass.arena, weights.width)
    (self.pass, self.weights, self.gates) = (pass, weights, gates)
    states = slots.enumerated().map { HiddenRows($1.width, initial: state?[$0], empty: $1.empty, pass) }
    self.saved = saved.map { arena.matrix(pass.steps.rows, $0) }
    self.scratch = arena.matrix(pass.steps.sequences, scratch)
    product = RecurrentProduct(weights, settings, name: name, pass)
    zoneout = Zoneout(settings.zoneout, slots: zoneoutSlots, width, name: name, pass)
    let mixed = zoneout?.slots ?? 0
    written = states.enumerated().map { $0 < mixed ? HiddenRows(width, initial: nil, pass) : $1 }
    hiddenMask = pass.mask(settings.recurrentDropout, pass.steps.sequences, width, name + " hidden")
    maskedHidden = hiddenMask == nil ? nil : arena.matrix(pass.steps.rows, width)
  }

  /// A state before the first step, [B, H].
  public func initial(_ state: CellState) -> Matrix { states[state.slot].before }
  /// A state after each sequence's last step, [B, H].
  public func final(_ state: CellState) -> Matrix { states[state.slot].final() }

  /// The gradient of a state at the step that the way back has reached, [B, H]; of a sequence that ends before it, of its final state.
  public func carry(_ state: CellState) -> Matrix { carries[state.slot] }

  /// Gradients of the pre-activations of some gates at all steps, [R, nH].
  public func gates(of gates: Range<Int>) -> Matrix { self.gates.columns(weights.gates(gates)) }

  /// h_{t−1} of all steps as the recurrent product saw it, [R, H].
  public var recurrentInputs: Matrix { maskedHidden ?? states[0].allPrevious() }

  /// The recurrent product with some gates' rows of weight_hh alone, under the same mask.
  public func product(of gates: Range<Int>) -> RecurrentProduct {
    let rows = weights.gates(gates)
    if let made = products.first(where: { $0.rows == rows }) { return made }
    products.append(product.restricted(to: rows))
    return products[products.count - 1]
  }
}

extension Unrolling {
  /// One step: rows [live, …] of the sequences that have one.
  public struct Step {
    /// All steps together.
    public let unrolling: Unrolling
    /// [live, gH]: pre-activations, then activations, on the way back gradients of the pre-activations.
    public let gates: Matrix
    let t: Int
    private let rows: Range<Int>

    fileprivate init(_ t: Int, of unrolling: Unrolling) {
      (self.unrolling, self.t, rows) = (unrolling, t, unrolling.pass.steps.range(t))
      gates = unrolling.gates.rows(rows)
    }

    /// Memory, parameters and order of the batch.
    public var pass: Pass { unrolling.pass }
    /// Of some gates.
    public func gates(of gates: Range<Int>) -> Matrix { self.gates.columns(unrolling.weights.gates(gates)) }

    /// A state before the step.
    public func previous(_ state: CellState) -> Matrix { unrolling.states[state.slot].previous(t) }
    /// Where the cell writes the state after the step, and on the way back what it wrote.
    public func current(_ state: CellState) -> Matrix { unrolling.written[state.slot].current(t) }
    /// The gradient of a state: after the step, then before it.
    public func carry(_ state: CellState) -> Matrix { unrolling.carry(state).rows(0..<rows.count) }

    /// The first matrix that the cell saves.
    public var saved: Matrix { saved(at: 0) }
    /// One of the matrices that the cell saves, [live, its width], by its index in `RecurrentCell.saved`.
    public func saved(at index: Int) -> Matrix { unrolling.saved[index].rows(rows) }
    /// What no other step reads.
    public var scratch: Matrix { unrolling.scratch.rows(0..<rows.count) }

    /// h_{t−1} as the recurrent product sees it.
    public var recurrentInput: Matrix {
      guard let masked = unrolling.maskedHidden else { return previous(.hidden) }
      return self.masked(previous(.hidden), into: masked.rows(rows))
    }

    /// x ⊙ the mask of recurrent dropout, or x itself where there is none.
    public func masked(_ x: Matrix, into out: Matrix) -> Matrix {
      guard let mask = unrolling.hiddenMask else { return x }
      Kernels.multiplyElements(x, mask.rows(0..<x.rows), into: out)
      return out
    }

    /// From the gradient of a product to that of h_{t−1}, in `carry(.hidden)`.
    public func recurrentBack(_ dy: Matrix, _ product: RecurrentProduct, adding: Bool) {
      recurrentBack(dy, product, adding: adding, into: carry(.hidden))
    }

    /// From the gradient of a product to that of h_{t−1}, into another matrix than `carry(.hidden)`.
    public func recurrentBack(_ dy: Matrix, _ product: RecurrentProduct, adding: Bool, into out: Matrix) {
      guard let mask = unrolling.hiddenMask, let memory = unrolling.backProduct else {
        return product.inputBack(dy, adding: adding, into: out)
      }
      let scratch = memory.rows(0..<out.rows)
      product.inputBack(dy, adding: false, into: scratch)
      Kernels.multiplyElements(scratch, mask.rows(0..<out.rows), into: scratch)
      if adding { Kernels.add(scratch, to: out) } else { Kernels.copy(scratch, to: out) }
    }
  }

  func step(_ t: Int) -> Step { Step(t, of: self) }
}

/// Zoneout and the way back.
extension Unrolling {
  /// Mixes what the cell wrote with the states before.
  func applyZoneout(_ step: Step) {
    guard let zoneout else { return }
    for slot in 0..<zoneout.slots {
      let state = CellState(slot)
      zoneout.mix(
        slot, step.t, before: step.previous(state), now: step.current(state), into: states[slot].current(step.t))
    }
  }

  /// - Parameter carries: gradients of the final state, which are overwritten.
  func beginBack(_ carries: [Matrix]) {
    let count = pass.steps.sequences
    self.carries = carries
    cellGradient = zoneout == nil ? nil : pass.arena.matrix(count, weights.width)
    backProduct = hiddenMask == nil ? nil : pass.arena.matrix(count, weights.width)
    zoneout?.beginBack(count, pass.arena)
  }

  /// The gradient of h_t from above, beside that from the step after in `carry(.hidden)`; with zoneout all that reaches the cell, and
  /// nothing in `carry(.hidden)`.
  func incoming(_ dy: Matrix, _ step: Step) -> Matrix {
    guard let zoneout, let cellGradient else { return dy }
    let (total, carry) = (cellGradient.rows(0..<dy.rows), step.carry(.hidden))
    Kernels.copy(dy, to: total)
    Kernels.add(carry, to: total)
    carry.fill(0)
    zoneout.split(0, step.t, total)
    for slot in 1..<zoneout.slots { zoneout.split(slot, step.t, step.carry(CellState(slot))) }
    return total
  }

  func zoneoutBack(_ step: Step) {
    guard let zoneout else { return }
    for slot in 0..<zoneout.slots { zoneout.addKept(slot, to: step.carry(CellState(slot))) }
  }
}
