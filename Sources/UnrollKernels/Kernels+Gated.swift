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
}
