import UnrollKernels

/// How many tokens a sequence has had: a whole number in a Float32, exact up to 2²⁴, where the counter stops.
enum TokenCount {
  static let limit = 1 << 24

  static let slot = StateSlot("seen", 1, .count(limit))

  /// [B, 1]: the count before the first step.
  static func before(_ state: Matrix?, _ pass: Pass) -> Matrix {
    let count = pass.arena.matrix(pass.steps.sequences, 1)
    if let state { Kernels.copy(state, to: count) } else { count.fill(0) }
    return count
  }

  /// [B, 1]: the count after each sequence's last step.
  static func after(_ before: Matrix, limit: Int = limit, _ pass: Pass) -> Matrix {
    let count = pass.arena.matrix(before.rows, 1)
    for b in 0..<before.rows { count[b, 0] = min(before[b, 0] + Float(pass.steps.lengths[b]), Float(limit)) }
    return count
  }

  /// One more, in place.
  static func advance(_ count: Matrix, limit: Int = limit) {
    for b in 0..<count.rows { count[b, 0] = min(count[b, 0] + 1, Float(limit)) }
  }
}
