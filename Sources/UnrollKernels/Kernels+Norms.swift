import CUnroll

/// Normalisations of every row of x [R, columns]; scale and shift [1, columns].
extension Kernels {
  /// y = scale ⊙ x̂ + shift with x̂ = (x − mean)/√(variance + 1e−5); `normalised` [R, columns], x̂, and `inverse` [R, 1], the inverse
  /// root, are out, for the way back.
  public static func layerNorm(
    _ x: Matrix, scale: Matrix, shift: Matrix, normalised: Matrix, inverse: Matrix, into y: Matrix
  ) {
    precondition(dense(x, y) && dense(x, normalised) && scale.count == x.columns && shift.count == x.columns)
    precondition(inverse.count == x.rows)
    un_layer_norm(x.rows, x.columns, x.base, scale.base, shift.base, normalised.base, inverse.base, y.base)
  }

  /// Gradients of scale and shift are added to.
  public static func layerNormBack(
    normalised: Matrix, inverse: Matrix, scale: Matrix, _ dy: Matrix, into dx: Matrix, addScale: Matrix,
    addShift: Matrix
  ) {
    precondition(dense(dy, dx) && dense(dy, normalised) && inverse.count == dy.rows && scale.count == dy.columns)
    precondition(addScale.count == dy.columns && addShift.count == dy.columns)
    un_layer_norm_back(
      dy.rows, dy.columns, normalised.base, inverse.base, scale.base, dy.base, dx.base, addScale.base, addShift.base)
  }

  /// y = scale ⊙ x ⊙ inverse; `inverse` [R, 1] = 1/√(mean(x²) + 1e−5) out, for the way back.
  public static func rmsNorm(_ x: Matrix, scale: Matrix, inverse: Matrix, into y: Matrix) {
    precondition(dense(x, y) && scale.count == x.columns && inverse.count == x.rows)
    un_rms_norm(x.rows, x.columns, x.base, scale.base, inverse.base, y.base)
  }

  /// The gradient of scale is added to.
  public static func rmsNormBack(
    _ x: Matrix, inverse: Matrix, scale: Matrix, _ dy: Matrix, into dx: Matrix, addScale: Matrix
  ) {
    precondition(dense(x, dy) && dense(x, dx) && inverse.count == x.rows)
    precondition(scale.count == x.columns && addScale.count == x.columns)
    un_rms_norm_back(x.rows, x.columns, x.base, inverse.base, scale.base, dy.base, dx.base, addScale.base)
  }
}
