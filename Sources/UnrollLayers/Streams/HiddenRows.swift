import UnrollKernels

/// The values of one state tensor at every step, behind those of the initial state: [B + R, width].
///
/// With equally long sequences the rows "one step before" are simply the first R rows, so that products over all steps need
/// no copy; ragged batches gather them.
struct HiddenRows {
  let all: Matrix
  private let pass: Pass

  private var steps: PackedSteps { pass.steps }

  init(_ width: Int, initial: Matrix?, empty: Float = 0, _ pass: Pass) {
    self.pass = pass
    let steps = pass.steps
    all = pass.arena.matrix(steps.sequences + steps.rows, width)
    let first = before
    if let initial { Kernels.copy(initial, to: first) } else { first.fill(empty) }
  }

  /// [B, width]: the values before the first step.
  var before: Matrix { all.rows(0..<steps.sequences) }

  /// [R, width]
  var rows: Matrix { all.rows(steps.sequences..<all.rows) }

  /// [live, width] of step t.
  func current(_ t: Int) -> Matrix {
    let range = steps.range(t)
    return all.rows(range.lowerBound + steps.sequences..<range.upperBound + steps.sequences)
  }

  /// [live, width]: the values that the sequences alive at step t had one step before.
  func previous(_ t: Int) -> Matrix {
    let start = t == 0 ? 0 : steps.sequences + Int(steps.offset[t - 1])
    return all.rows(start..<start + Int(steps.live[t]))
  }

  /// [R, width]: for every row the value one step before.
  func allPrevious() -> Matrix {
    if steps.isUniform { return all.rows(0..<steps.rows) }
    let gathered = pass.arena.matrix(steps.rows, all.columns)
    for t in 0..<steps.steps { Kernels.copy(previous(t), to: gathered.rows(steps.range(t))) }
    return gathered
  }

  /// [B, width]: the values after each sequence's last step.
  func final() -> Matrix { pass.last(rows) }

  // MARK: As the state of a stream

  func slot(_ slot: StateSlot) -> StreamSlot { StreamSlot(slot, in: before, pass) }

  /// After the one step of a stream: its values are those before the next.
  func advance() { Kernels.copy(rows, to: before) }
}
