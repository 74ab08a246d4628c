import CUnroll

/// Row functions of the gated state spaces, and the causal depthwise convolution.
extension Kernels {
  /// y = log(1 + exp(x))
  public static func softplus(_ x: Matrix, into y: Matrix) {
    precondition(same(x, y) && x.isContiguous && y.isContiguous)
    un_softplus(x.count, x.base, y.base)
  }

  public static func softplusBack(_ x: Matrix, _ dy: Matrix, into dx: Matrix) {
    precondition(same(x, dy) && same(x, dx) && x.isContiguous && dy.isContiguous && dx.isContiguous)
    un_softplus_back(x.count, x.base, dy.base, dx.base)
  }

  /// y = −exp(x)
  public static func negativeExp(_ x: Matrix, into y: Matrix) {
    precondition(same(x, y) && x.isContiguous && y.isContiguous)
    un_negative_exp(x.count, x.base, y.base)
  }

  /// From y and its gradient.
  public static func negativeExpBack(_ y: Matrix, _ dy: Matrix, addTo dx: Matrix) {
    precondition(same(y, dy) && same(y, dx) && y.isContiguous && dy.isContiguous && dx.isContiguous)
    un_negative_exp_back(y.count, y.base, dy.base, dx.base)
  }

  /// y = x σ(x)
  public static func silu(_ x: Matrix, into y: Matrix) {
    precondition(same(x, y) && x.isContiguous && y.isContiguous)
    un_silu(x.count, x.base, y.base)
  }

  public static func siluBack(_ x: Matrix, _ dy: Matrix, into dx: Matrix) {
    precondition(same(x, dy) && same(x, dx) && x.isContiguous && dy.isContiguous && dx.isContiguous)
    un_silu_back(x.count, x.base, dy.base, dx.base)
  }

  /// y = x ⊙ SiLU(z); z may be columns of a wider matrix.
  public static func siluGate(_ x: Matrix, by z: Matrix, into y: Matrix) {
    precondition(same(x, z) && same(x, y) && x.isContiguous && y.isContiguous)
    un_silu_gate(x.rows, x.columns, x.base, z.base, z.stride, y.base)
  }

  public static func siluGateBack(_ x: Matrix, by z: Matrix, _ dy: Matrix, dx: Matrix, dz: Matrix) {
    precondition(same(x, z) && same(x, dy) && same(x, dx) && same(x, dz))
    precondition(x.isContiguous && dy.isContiguous && dx.isContiguous)
    un_silu_gate_back(x.rows, x.columns, x.base, z.base, z.stride, dy.base, dx.base, dz.base, dz.stride)
  }

  /// `inverse` [R,1]: 1/√(mean(x²) + 1e−5), for the way back.
  public static func rmsNorm(_ x: Matrix, scale: Matrix, inverse: Matrix, into y: Matrix) {
    precondition(same(x, y) && scale.count == x.columns && inverse.count == x.rows)
    precondition(x.isContiguous && y.isContiguous)
    un_rms_norm(x.rows, x.columns, x.base, scale.base, inverse.base, y.base)
  }

  public static func rmsNormBack(
    _ x: Matrix, inverse: Matrix, scale: Matrix, _ dy: Matrix, into dx: Matrix, addScale: Matrix
  ) {
    precondition(same(x, dy) && same(x, dx) && x.isContiguous && dy.isContiguous && dx.isContiguous)
    un_rms_norm_back(x.rows, x.columns, x.base, inverse.base, scale.base, dy.base, dx.base, addScale.base)
  }

  /// y_t = bias + Σ_j weight[:,j] ⊙ x_{t−K+1+j}: x [R,H] may be columns of a wider matrix; weight [H,K]; `before` [B, (K−1)·H]
  /// are the inputs before the first step, oldest first (nil: zero). Cost: K H multiply-adds a row.
  public static func depthwise(
    _ x: Matrix, before: Matrix?, weight: Matrix, bias: Matrix, _ steps: PackedSteps, arena: Arena, into y: Matrix
  ) {
    checkDepthwise(x, before, weight, steps, y)
    let scratch = arena.matrix(weight.columns, weight.rows)
    un_depthwise(
      steps.steps, steps.offset, steps.live, x.columns, weight.columns, x.base, x.stride, before?.base, weight.base,
      bias.base, y.base, scratch.base)
  }

  /// The inputs before the step that follows each sequence's last.
  public static func depthwiseAfter(_ x: Matrix, before: Matrix?, taps: Int, _ steps: PackedSteps, into after: Matrix) {
    precondition(after.rows == steps.sequences && after.columns == (taps - 1) * x.columns && after.isContiguous)
    precondition(before.map { same($0, after) && $0.isContiguous } ?? true)
    un_depthwise_after(
      steps.offset, steps.lengths, steps.sequences, x.columns, taps, x.base, x.stride, before?.base, after.base)
  }

  public static func depthwiseBack(
    _ x: Matrix, before: Matrix?, weight: Matrix, _ steps: PackedSteps, arena: Arena, dy: Matrix, addX: Matrix,
    addBefore: Matrix?, addWeight: Matrix, addBias: Matrix
  ) {
    checkDepthwise(x, before, weight, steps, dy)
    precondition(same(x, addX) && (before == nil) == (addBefore == nil) && same(weight, addWeight))
    let scratch = arena.matrix(2 * weight.columns, weight.rows)
    un_depthwise_back(
      steps.steps, steps.offset, steps.live, x.columns, weight.columns, x.base, x.stride, before?.base, weight.base,
      dy.base, addX.base, addX.stride, addBefore?.base, addWeight.base, addBias.base, scratch.base)
  }

  private static func checkDepthwise(
    _ x: Matrix, _ before: Matrix?, _ weight: Matrix, _ steps: PackedSteps, _ y: Matrix
  ) {
    precondition(x.rows == steps.rows && same(x, y) && y.isContiguous && weight.rows == x.columns)
    precondition(
      before.map {
        $0.rows == steps.sequences && $0.columns == (weight.columns - 1) * x.columns && $0.isContiguous
      } ?? true)
  }
}
