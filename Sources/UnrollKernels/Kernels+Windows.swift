import CUnroll

/// Rows of some steps before, of packed sequences. `before` [B, P·E] holds the P steps before the first one, oldest first; nil
/// stands for zeros.
extension Kernels {
  /// Which rows a causal convolution reads: t − (k − 1) d, …, t − d, t.
  public struct Taps: Sendable {
    /// k, the step itself included.
    public let count: Int
    /// d, steps from one tap to the next.
    public let dilation: Int

    /// k taps that are d steps apart; both at least 1.
    public init(count: Int, dilation: Int) { (self.count, self.dilation) = (count, dilation) }

    /// P, steps before the first one that are read.
    public var reach: Int { (count - 1) * dilation }
  }

  /// out [R, k·E]: what the taps read of x [R, E], oldest first.
  public static func gather(_ steps: PackedSteps, _ x: Matrix, _ taps: Taps, before: Matrix?, into out: Matrix) {
    check(steps, x, taps, before, out)
    steps.withRaw { un_taps($0, x.columns, taps.count, taps.dilation, x.base, before?.base, out.base) }
  }

  /// dx [R, E] and before's gradient [B, P·E] += what the taps read of them, from `dOut` [R, k·E].
  public static func gatherBack(
    _ steps: PackedSteps, _ dOut: Matrix, _ taps: Taps, addBefore: Matrix?, addInput dx: Matrix
  ) {
    check(steps, dx, taps, addBefore, dOut)
    steps.withRaw { un_taps_back($0, dx.columns, taps.count, taps.dilation, dOut.base, dx.base, addBefore?.base) }
  }

  /// out [B, P·E]: the last P steps of each sequence in x [R, E], whose rows may have gaps, oldest first, those of `before` included.
  public static func lastSteps(_ steps: PackedSteps, _ x: Matrix, before: Matrix?, into out: Matrix) {
    checkLast(steps, x, before, out)
    steps.withRaw {
      un_last_steps($0, x.columns, out.columns / x.columns, x.base, x.stride, before?.base, out.base)
    }
  }

  /// Gradients of x [R, E], whose rows may have gaps, and of `before` are added to, from `dOut` [B, P·E].
  public static func lastStepsBack(_ steps: PackedSteps, _ dOut: Matrix, addInput dx: Matrix, addBefore: Matrix?) {
    checkLast(steps, dx, addBefore, dOut)
    steps.withRaw {
      un_last_steps_back($0, dx.columns, dOut.columns / dx.columns, dOut.base, dx.base, dx.stride, addBefore?.base)
    }
  }

  private static func checkLast(_ steps: PackedSteps, _ x: Matrix, _ before: Matrix?, _ out: Matrix) {
    precondition(x.rows == steps.rows && out.rows == steps.sequences && out.columns.isMultiple(of: x.columns))
    precondition(before.map { same($0, out) && $0.isContiguous } ?? true && out.isContiguous)
  }

  /// PyTorch's convolution weights v [H, E·k] (of shape [H, E, k]) as w [H, k·E] for rows of `gather`, weight-normalised by g
  /// [H] if there is one: w = g v/‖v‖ (Salimans & Kingma 2016). `inverse` [H], 1/‖v‖, is out, for the way back.
  public static func tapWeights(_ v: Matrix, g: Matrix?, _ taps: Taps, inverse: Matrix, into w: Matrix) {
    precondition(dense(v, w) && inverse.count == v.rows && v.columns.isMultiple(of: taps.count))
    precondition(g?.count ?? v.rows == v.rows)
    un_tap_weights(v.rows, v.columns / taps.count, taps.count, v.base, g?.base, inverse.base, w.base)
  }

  /// From `dw` [H, k·E]: gradients of v and g are added to.
  public static func tapWeightsBack(
    _ v: Matrix, g: Matrix?, _ taps: Taps, inverse: Matrix, _ dw: Matrix, addV: Matrix, addG: Matrix?
  ) {
    precondition(dense(v, dw) && dense(v, addV) && inverse.count == v.rows && v.columns.isMultiple(of: taps.count))
    precondition(g?.count ?? v.rows == v.rows && addG?.count ?? v.rows == v.rows && (g == nil) == (addG == nil))
    un_tap_weights_back(
      v.rows, v.columns / taps.count, taps.count, v.base, g?.base, inverse.base, dw.base, addV.base, addG?.base)
  }

  private static func check(_ steps: PackedSteps, _ x: Matrix, _ taps: Taps, _ before: Matrix?, _ out: Matrix) {
    precondition(x.rows == steps.rows && out.rows == x.rows && out.columns == taps.count * x.columns)
    precondition(x.isContiguous && out.isContiguous && before?.isContiguous ?? true)
    precondition(before.map { $0.rows == steps.sequences && $0.columns == taps.reach * x.columns } ?? true)
  }
}
