import CUnroll

/// The poles of a linear recurrent unit, λ and γ of N complex numbers, in double precision.
package final class LRUSystem: Sendable {
  let values: DoubleBuffer
  let count: Int

  package init(_ poles: LRUPoles) {
    count = poles.count
    values = DoubleBuffer(count: 3 * count)
    var raw = poles.raw
    un_lru_values(&raw, values.base)
  }
}

/// One step of B sequences, with the state in place: what the loops over whole sequences do, without what they arrange anew at
/// every call.
extension Kernels {
  /// x [B, 2N] = λ ⊙ x + γ ⊙ v. Cost: 6 N multiply-adds a sequence.
  package static func linearStep(_ system: LRUSystem, _ v: Matrix, state x: Matrix) {
    precondition(same(v, x) && x.columns == 2 * system.count && v.isContiguous && x.isContiguous)
    un_lru_step(x.rows, system.count, system.values.base, v.base, x.base)
  }

  /// One step of a selective scan, whose state is `x` [B, H·N]; y [B, H].
  package static func selectiveStep(_ system: SelectiveSystem, state x: Matrix, into y: Matrix) {
    precondition(same(y, system.u) && x.rows == y.rows && x.columns == system.a.count)
    precondition(x.isContiguous && y.isContiguous)
    var raw = system.raw
    un_selective_step(x.rows, &raw, x.base, y.base)
  }

  /// One step of `depthwise`, whose state is `before` [B, (K − 1)·H]; x [B, H] may be columns of a wider matrix, taps [K, H].
  package static func depthwiseStep(_ x: Matrix, taps: Matrix, bias: Matrix, before: Matrix, into y: Matrix) {
    precondition(same(x, y) && taps.columns == x.columns && bias.count == x.columns && taps.rows > 1)
    precondition(before.rows == x.rows && before.columns == (taps.rows - 1) * x.columns)
    precondition(taps.isContiguous && before.isContiguous && y.isContiguous)
    un_depthwise_step(
      x.rows, x.columns, taps.rows, x.base, x.stride, before.base, taps.base, bias.base, y.base)
  }

  /// y [1, H] = softmax(q kᵀ/√D) v of every head, for one query q [1, H] over keys and values [n, H]; scores: n floats.
  package static func attend(
    _ q: Matrix, keys: Matrix, values: Matrix, heads: Int, scores: Matrix, into y: Matrix
  ) {
    precondition(q.rows == 1 && same(q, y) && keys.columns == q.columns && same(keys, values) && keys.rows > 0)
    precondition(q.columns.isMultiple(of: heads) && keys.isContiguous && values.isContiguous)
    precondition(scores.count >= keys.rows)
    un_attend(
      keys.rows, heads, q.columns / heads, q.base, keys.base, values.base, scores.base, y.base)
  }
}
