import CUnroll

/// Pools over packed rows: attention (α = softmax of a score a row) and mean, both causal and in linear time, and the maximum.
extension Kernels {
  /// p_t = σ(s_t − l_{t−1}), y_t = y_{t−1} + p_t (h_t − y_{t−1}), l_t = log(exp(l_{t−1}) + exp(s_t)) for `scores` s [R, 1] and `hidden` h
  /// [R, H]. `logSums` l [B+R, 1] and `pooled` y [B+R, H] begin with the initial state in their first B rows.
  public static func poolCausal(_ steps: PackedSteps, scores: Matrix, hidden: Matrix, logSums: Matrix, pooled: Matrix) {
    checkPool(steps, scores, hidden, logSums, pooled)
    steps.withRaw { un_pool_causal($0, hidden.columns, scores.base, hidden.base, logSums.base, pooled.base) }
  }

  /// From `dy` [R, H] to `dScores` [R, 1] and `dHidden` [R, H]. `carryLogSum` [B, 1] and `carryPooled` [B, H]: gradient of the final
  /// state in, of the initial state out.
  public static func poolCausalBack(
    _ steps: PackedSteps, scores: Matrix, hidden: Matrix, logSums: Matrix, pooled: Matrix, dy: Matrix,
    carryLogSum: Matrix, carryPooled: Matrix, dScores: Matrix, dHidden: Matrix
  ) {
    checkPool(steps, scores, hidden, logSums, pooled)
    precondition(dense(dy, hidden) && dense(dHidden, hidden) && dScores.count == scores.count)
    precondition(carryLogSum.count == steps.sequences && carryLogSum.isContiguous)
    precondition(
      carryPooled.rows == steps.sequences && carryPooled.columns == hidden.columns && carryPooled.isContiguous)
    steps.withRaw {
      un_pool_causal_back(
        $0, hidden.columns, scores.base, hidden.base, logSums.base, pooled.base, dy.base, carryLogSum.base,
        carryPooled.base, dScores.base, dHidden.base)
    }
  }

  /// y_t = (sum + x_1 + … + x_t) / (count + t), x and y [R, H]. `sum` [B, H]: before the first step in, after each sequence's last out;
  /// `count` [B, 1]: steps that the first sum holds.
  public static func runningMean(_ steps: PackedSteps, _ x: Matrix, count: Matrix, sum: Matrix, into y: Matrix) {
    checkMean(steps, x, count, sum, y)
    steps.withRaw { un_running_mean($0, x.columns, x.base, count.base, sum.base, y.base) }
  }

  /// dy and dx [R, H]; `carry` [B, H]: gradient of the last sum in, of the initial sum out.
  public static func runningMeanBack(_ steps: PackedSteps, _ dy: Matrix, count: Matrix, carry: Matrix, into dx: Matrix)
  {
    checkMean(steps, dy, count, carry, dx)
    steps.withRaw { un_running_mean_back($0, dy.columns, count.base, dy.base, carry.base, dx.base) }
  }

  private static func checkMean(_ steps: PackedSteps, _ x: Matrix, _ count: Matrix, _ sum: Matrix, _ y: Matrix) {
    precondition(x.rows == steps.rows && same(x, y) && count.count == steps.sequences && sum.rows == steps.sequences)
    precondition(sum.columns == x.columns && x.isContiguous && y.isContiguous && sum.isContiguous)
  }

  private static func checkPool(_ steps: PackedSteps, _ scores: Matrix, _ h: Matrix, _ l: Matrix, _ y: Matrix) {
    precondition(h.rows == steps.rows && scores.count == h.rows && y.columns == h.columns)
    precondition(l.count == h.rows + steps.sequences && y.rows == l.count && h.isContiguous && y.isContiguous)
  }

  /// top[owner[r]] = max(top[owner[r]], x[r]), element by element: x [R, H], top [B, H].
  public static func takeMaximum(_ x: Matrix, _ owner: [Int32], into top: Matrix) {
    precondition(owner.count == x.rows && x.columns == top.columns && x.isContiguous && top.isContiguous)
    un_take_maximum(x.rows, x.columns, x.base, owner, top.base)
  }

  /// From the gradient of the maximum [B, H] to those of the rows, dx [R, H], and of what it was before them, `dInitial` [B, H].
  public static func maximumBack(
    _ x: Matrix, _ owner: [Int32], initial: Matrix, maximum: Matrix, _ dMaximum: Matrix, into dx: Matrix,
    dInitial: Matrix
  ) {
    precondition(owner.count == x.rows && same(x, dx) && same(initial, maximum) && same(initial, dMaximum))
    precondition(
      same(initial, dInitial) && x.columns == initial.columns && initial.isContiguous && dMaximum.isContiguous)
    un_maximum_back(
      x.rows, initial.rows, x.columns, x.base, owner, initial.base, maximum.base, dMaximum.base, dx.base, dInitial.base)
  }
}
