import UnrollCore
import UnrollKernels

/// What one walk of a recurrent layer over a batch keeps: gates, states, masks, and on the way back the gradients that flow from
/// step to step.
public final class RecurrentWalk {
  public let pass: Pass
  public let weights: RecurrentWeights
  /// W x + b for all rows; then activations; on the way back gradients of the pre-activations. [R, gH]
  public let allGates: Matrix
  /// The states behind their initial values, as the next step sees them.
  let states: [HiddenRows]
  /// What the cell writes: the states, or with zoneout what they would be without.
  private let written: [HiddenRows]
  public let tapes: [Matrix]
  private let scratchRows: Matrix
  /// The recurrent product with all of weight_hh.
  public let product: RecurrentProduct
  private var parts: [RecurrentProduct] = []
  private let zoneout: Zoneout?
  private let hiddenMask: Matrix?
  /// h_{t−1} ⊙ mask [R, H], where there is a mask.
  private let maskedHidden: Matrix?
  /// Gradients of the states, [B, H] each, at the step that the way back has reached.
  private(set) var carries: [Matrix] = []
  private var cellGradient: Matrix?
  private var backProduct: Matrix?

  init(
    _ cell: some RecurrentCell, gates: Matrix, from state: [Matrix]?, _ settings: RecurrentSettings, name: String,
    _ pass: Pass
  ) {
    let (arena, width) = (pass.arena, cell.weights.width)
    self.pass = pass
    weights = cell.weights
    allGates = gates
    states = cell.slots.enumerated().map { HiddenRows($1.width, initial: state?[$0], empty: $1.empty, pass) }
    tapes = cell.tapes.map { arena.matrix(pass.steps.rows, $0) }
    scratchRows = arena.matrix(pass.steps.sequences, cell.scratchWidth)
    product = RecurrentProduct(weights, settings, name: name, pass)
    zoneout = Zoneout(settings.zoneout, slots: cell.zonedSlots, width, name: name, pass)
    let zoned = zoneout == nil ? 0 : cell.zonedSlots
    written = states.enumerated().map { $0 < zoned ? HiddenRows(width, initial: nil, pass) : $1 }
    hiddenMask = pass.mask(settings.recurrentDropout, pass.steps.sequences, width, name + " hidden")
    maskedHidden = hiddenMask == nil ? nil : arena.matrix(pass.steps.rows, width)
  }

  // MARK: Rows of step t, [live, …]

  public func gates(_ t: Int) -> Matrix { allGates.rows(pass.steps.range(t)) }
  public func previous(_ slot: Int, _ t: Int) -> Matrix { states[slot].previous(t) }
  /// Where the cell writes, and on the way back what it wrote.
  public func current(_ slot: Int, _ t: Int) -> Matrix { written[slot].current(t) }
  public func tape(_ index: Int, _ t: Int) -> Matrix { tapes[index].rows(pass.steps.range(t)) }
  /// What no step after t reads.
  public func scratch(_ t: Int) -> Matrix { scratchRows.rows(0..<Int(pass.steps.live[t])) }
  public func carry(_ slot: Int, _ t: Int) -> Matrix { carries[slot].rows(0..<Int(pass.steps.live[t])) }

  // MARK: The recurrent product

  /// h_{t−1} as the product sees it.
  public func recurrentInput(_ t: Int) -> Matrix {
    guard let maskedHidden else { return previous(0, t) }
    return masked(previous(0, t), t, into: maskedHidden.rows(pass.steps.range(t)))
  }

  /// All of them, [R, H].
  public var recurrentInputs: Matrix { maskedHidden ?? states[0].allPrevious(pass.arena) }

  /// x ⊙ mask, or x itself where there is no mask.
  public func masked(_ x: Matrix, _ t: Int, into out: Matrix) -> Matrix {
    guard let hiddenMask else { return x }
    Kernels.multiplyElements(x, hiddenMask.rows(0..<x.rows), into: out)
    return out
  }

  /// From the gradient of a product at step t to that of h_{t−1}, in `carry(0, t)`.
  public func recurrentBack(_ dy: Matrix, _ product: RecurrentProduct, _ t: Int, adding: Bool) {
    recurrentBack(dy, product, t, adding: adding, into: carry(0, t))
  }

  /// The same into another matrix.
  public func recurrentBack(_ dy: Matrix, _ product: RecurrentProduct, _ t: Int, adding: Bool, into out: Matrix) {
    guard let hiddenMask, let backProduct else { return product.inputBack(dy, adding: adding, into: out) }
    let scratch = backProduct.rows(0..<out.rows)
    product.inputBack(dy, adding: false, into: scratch)
    Kernels.multiplyElements(scratch, hiddenMask.rows(0..<out.rows), into: scratch)
    if adding { Kernels.add(scratch, to: out) } else { Kernels.copy(scratch, to: out) }
  }

  /// The product with some rows of weight_hh alone, under the same mask.
  public func part(_ rows: Range<Int>) -> RecurrentProduct {
    if let made = parts.first(where: { $0.rows == rows }) { return made }
    parts.append(product.part(rows))
    return parts[parts.count - 1]
  }

  // MARK: Zoneout and the way back

  /// Mixes what the cell wrote with the states before.
  func zone(_ t: Int) {
    guard let zoneout else { return }
    for slot in 0..<zoneout.slots {
      zoneout.mix(slot, t, before: previous(slot, t), now: current(slot, t), into: states[slot].current(t))
    }
  }

  func beginBack() {
    let count = pass.steps.sequences
    carries = states.map { pass.arena.zeros(count, $0.all.columns) }
    cellGradient = zoneout == nil ? nil : pass.arena.matrix(count, weights.width)
    backProduct = hiddenMask == nil ? nil : pass.arena.matrix(count, weights.width)
    zoneout?.beginBack(count, pass.arena)
  }

  /// The gradient of h_t from above, beside that from the step after in `carry(0, t)`; with zoneout all that reaches the cell, and
  /// nothing in `carry(0, t)`.
  func incoming(_ dy: Matrix, _ t: Int) -> Matrix {
    guard let zoneout, let cellGradient else { return dy }
    let total = cellGradient.rows(0..<dy.rows)
    Kernels.copy(dy, to: total)
    Kernels.add(carry(0, t), to: total)
    carry(0, t).fill(0)
    zoneout.split(0, t, total)
    for slot in 1..<zoneout.slots { zoneout.split(slot, t, carry(slot, t)) }
    return total
  }

  func zoneBack(_ t: Int) {
    guard let zoneout else { return }
    for slot in 0..<zoneout.slots { zoneout.addKept(slot, to: carry(slot, t)) }
  }
}
