import CUnroll

/// What speed is measured against.
extension Kernels {
  /// c = a·b (or c += a·b) by OpenBLAS on one thread, for matrices without gaps.
  package static func blasMultiply(_ a: Matrix, _ b: Matrix, adding: Bool = false, into c: Matrix) {
    _ = singleThread
    precondition(a.columns == b.rows && c.rows == a.rows && c.columns == b.columns)
    precondition(a.isContiguous && b.isContiguous && c.isContiguous)
    un_blas_gemm(a.rows, b.columns, a.columns, a.base, b.base, adding ? 1 : 0, c.base)
  }

  /// Does Float32 multiply-adds in registers alone.
  /// - Returns: how many.
  package static func multiplyAdds(rounds: Int) -> Int {
    var result: Float = 0
    return un_multiply_adds(rounds, &result)
  }
}
