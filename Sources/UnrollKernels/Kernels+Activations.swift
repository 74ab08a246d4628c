import CUnroll

/// Functions of every element. Matrices of a call have one shape and no gaps where nothing else is said; the way back wants what came in
/// and the gradient dy of what came out.
extension Kernels {
  /// y = max(x, 0)
  public static func relu(_ x: Matrix, into y: Matrix) { map(x, y, un_relu) }

  /// dx = dy where x > 0, else 0
  public static func reluBack(_ x: Matrix, _ dy: Matrix, into dx: Matrix) { map(x, dy, dx, un_relu_back) }

  /// y = x Φ(x) with the normal distribution function Φ (Hendrycks & Gimpel 2016).
  public static func gelu(_ x: Matrix, into y: Matrix) { map(x, y, un_gelu) }

  /// dx = dy (Φ + x φ)
  public static func geluBack(_ x: Matrix, _ dy: Matrix, into dx: Matrix) { map(x, dy, dx, un_gelu_back) }

  /// y = log(1 + exp(x))
  public static func softplus(_ x: Matrix, into y: Matrix) { map(x, y, un_softplus) }

  /// dx = dy σ(x)
  public static func softplusBack(_ x: Matrix, _ dy: Matrix, into dx: Matrix) { map(x, dy, dx, un_softplus_back) }

  /// y = −exp(x)
  public static func negativeExp(_ x: Matrix, into y: Matrix) { map(x, y, un_negative_exp) }

  /// dx += dy ⊙ y, from what came out.
  public static func negativeExpBack(_ y: Matrix, _ dy: Matrix, addTo dx: Matrix) {
    map(y, dy, dx, un_negative_exp_back)
  }

  /// y = x σ(x)
  public static func silu(_ x: Matrix, into y: Matrix) { map(x, y, un_silu) }

  /// dx = dy (σ + x σ (1 − σ))
  public static func siluBack(_ x: Matrix, _ dy: Matrix, into dx: Matrix) { map(x, dy, dx, un_silu_back) }

  /// y [R,H] = x₁ ⊙ σ(x₂) for x [R,2H] (Dauphin et al. 2017).
  public static func glu(_ x: Matrix, into y: Matrix) {
    precondition(areGates(x, 2, y) && y.isContiguous)
    un_glu(y.rows, y.columns, x.base, y.base)
  }

  /// From dy [R,H] to dx [R,2H].
  public static func gluBack(_ x: Matrix, _ dy: Matrix, into dx: Matrix) {
    precondition(dense(x, dx) && areGates(x, 2, dy) && dy.isContiguous)
    un_glu_back(dy.rows, dy.columns, x.base, dy.base, dx.base)
  }

  /// out [R,4H] = [u ; v ; |u − v| ; u ⊙ v], what is alike in two vectors and what differs (Mou et al. 2016).
  public static func match(_ u: Matrix, _ v: Matrix, into out: Matrix) {
    precondition(dense(u, v) && areGates(out, 4, u))
    un_match(u.rows, u.columns, u.base, v.base, out.base)
  }

  /// From d_out [R,4H] to du and dv [R,H]; |x| has no slope at zero.
  public static func matchBack(_ u: Matrix, _ v: Matrix, _ dOut: Matrix, into du: Matrix, _ dv: Matrix) {
    precondition(dense(u, v) && areGates(dOut, 4, u) && dense(u, du) && dense(v, dv))
    un_match_back(u.rows, u.columns, u.base, v.base, dOut.base, du.base, dv.base)
  }

  /// y = x ⊙ SiLU(z); rows of z may have gaps.
  public static func siluGate(_ x: Matrix, by z: Matrix, into y: Matrix) {
    precondition(same(x, z) && dense(x, y))
    un_silu_gate(x.rows, x.columns, x.base, z.base, z.stride, y.base)
  }

  /// Rows of z and dz may have gaps.
  public static func siluGateBack(_ x: Matrix, by z: Matrix, _ dy: Matrix, dx: Matrix, dz: Matrix) {
    precondition(same(x, z) && same(x, dz) && dense(x, dy) && dense(x, dx))
    un_silu_gate_back(x.rows, x.columns, x.base, z.base, z.stride, dy.base, dx.base, dz.base, dz.stride)
  }

  private typealias Floats = UnsafePointer<Float>?

  private static func map(_ x: Matrix, _ y: Matrix, _ loop: (Int, Floats, UnsafeMutablePointer<Float>?) -> Void) {
    precondition(dense(x, y))
    loop(x.count, x.base, y.base)
  }

  private static func map(
    _ x: Matrix, _ dy: Matrix, _ dx: Matrix, _ loop: (Int, Floats, Floats, UnsafeMutablePointer<Float>?) -> Void
  ) {
    precondition(dense(x, dy) && dense(x, dx))
    loop(x.count, x.base, dy.base, dx.base)
  }
}
