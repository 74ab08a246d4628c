import CUnroll

/// One operation on every element: what a cell written in Swift is put together from. All matrices of a call have one shape, their
/// rows may have gaps (the columns of one gate), and an output may be one of the inputs. Each call is one vectorised loop.
extension Kernels {
  /// y = σ(x)
  public static func sigmoid(_ x: Matrix, into y: Matrix) {
    precondition(same(x, y))
    un_sigmoid(x.rows, x.columns, x.raw, y.raw)
  }

  /// dx = dy ⊙ σ′, from y = σ(x).
  public static func sigmoidBack(_ y: Matrix, _ dy: Matrix, into dx: Matrix) {
    precondition(same(y, dy) && same(y, dx))
    un_sigmoid_back(y.rows, y.columns, y.raw, dy.raw, dx.raw)
  }

  /// y = tanh(x)
  public static func tanh(_ x: Matrix, into y: Matrix) {
    precondition(same(x, y))
    un_tanh(x.rows, x.columns, x.raw, y.raw)
  }

  /// dx = dy ⊙ tanh′, from y = tanh(x).
  public static func tanhBack(_ y: Matrix, _ dy: Matrix, into dx: Matrix) {
    precondition(same(y, dy) && same(y, dx))
    un_tanh_back(y.rows, y.columns, y.raw, dy.raw, dx.raw)
  }

  /// out = x ⊙ y, or += when `adding`.
  public static func multiplyElements(_ x: Matrix, _ y: Matrix, adding: Bool = false, into out: Matrix) {
    precondition(same(x, y) && same(x, out))
    un_multiply(x.rows, x.columns, x.raw, y.raw, adding ? 1 : 0, out.raw)
  }

  /// out = k ⊙ x + (1 − k) ⊙ y
  public static func mix(_ x: Matrix, _ y: Matrix, _ k: Matrix, into out: Matrix) {
    precondition(same(x, y) && same(x, k) && same(x, out))
    un_mix(x.rows, x.columns, x.raw, y.raw, k.raw, out.raw)
  }

  /// The way back of `mix`: dx = k ⊙ d, dy = (1 − k) ⊙ d, dk = (x − y) ⊙ d.
  public static func mixBack(
    _ x: Matrix, _ y: Matrix, _ k: Matrix, _ d: Matrix, into dx: Matrix, _ dy: Matrix, _ dk: Matrix
  ) {
    precondition(same(x, y) && same(x, k) && same(x, d) && same(x, dx) && same(x, dy) && same(x, dk))
    un_mix_back(x.rows, x.columns, x.raw, y.raw, k.raw, d.raw, dx.raw, dy.raw, dk.raw)
  }
}

extension Matrix {
  /// As these C loops see it.
  fileprivate var raw: un_rows { un_rows(at: base, ld: stride) }
}
