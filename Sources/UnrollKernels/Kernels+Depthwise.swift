import CUnroll

/// Causal convolution of every channel by itself.
extension Kernels {
  /// y_t = bias + Σ_j weight[:,j] ⊙ x_{t−K+1+j}: x [R,H] may be columns of a wider matrix; weight [H,K]; `before` [B, (K−1)·H]
  /// are the inputs before the first step, oldest first (nil: zero). Cost: K H multiply-adds a row.
  public static func depthwise(
    _ x: Matrix, before: Matrix?, weight: Matrix, bias: Matrix, _ steps: PackedSteps, arena: Arena, into y: Matrix
  ) {
    checkDepthwise(x, before, weight, steps, y)
    precondition(bias.count == x.columns)
    let scratch = arena.matrix(weight.columns, weight.rows)
    steps.withRaw {
      un_depthwise(
        $0, x.columns, weight.columns, x.base, x.stride, before?.base, weight.base, bias.base, y.base, scratch.base)
    }
  }

  /// From `dy` [R,H]: gradients of x [R,H], whose rows may have gaps, of `before` where there is one, of weight [H,K] and bias [1,H] are
  /// added to.
  public static func depthwiseBack(
    _ x: Matrix, before: Matrix?, weight: Matrix, _ steps: PackedSteps, arena: Arena, dy: Matrix, addX: Matrix,
    addBefore: Matrix?, addWeight: Matrix, addBias: Matrix
  ) {
    checkDepthwise(x, before, weight, steps, dy)
    precondition(same(x, addX) && dense(weight, addWeight) && addBias.count == x.columns)
    precondition(before.map { before in addBefore.map { dense(before, $0) } ?? false } ?? (addBefore == nil))
    let scratch = arena.matrix(2 * weight.columns, weight.rows)
    steps.withRaw {
      un_depthwise_back(
        $0, x.columns, weight.columns, x.base, x.stride, before?.base, weight.base, dy.base, addX.base, addX.stride,
        addBefore?.base, addWeight.base, addBias.base, scratch.base)
    }
  }

  private static func checkDepthwise(
    _ x: Matrix, _ before: Matrix?, _ weight: Matrix, _ steps: PackedSteps, _ y: Matrix
  ) {
    precondition(
      x.rows == steps.rows && same(x, y) && y.isContiguous && weight.rows == x.columns && weight.isContiguous)
    precondition(
      before.map {
        $0.rows == steps.sequences && $0.columns == (weight.columns - 1) * x.columns && $0.isContiguous
      } ?? true)
  }
}
