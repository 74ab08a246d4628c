import CUnroll

/// Eigenvalues and singular values of square matrices, row by row, in double precision by GSL.
extension Kernels {
  /// The largest |λ|; NaN for a matrix that is not finite. Cost: about 10 n³.
  package static func spectralRadius(_ matrix: [Double], size: Int) -> Double {
    precondition(size > 0 && matrix.count == size * size)
    guard matrix.allSatisfy(\.isFinite) else { return .nan }
    var copy = matrix
    return unroll_spectral_radius(&copy, size)
  }

  /// In falling order; none of a matrix that is not finite. Cost: some ten sweeps of 4 n³.
  package static func singularValues(_ matrix: [Double], size: Int) -> [Double] {
    precondition(size > 0 && matrix.count == size * size)
    guard matrix.allSatisfy(\.isFinite) else { return [] }
    var (copy, values) = (matrix, [Double](repeating: 0, count: size))
    return unroll_singular_values(&copy, size, &values) != 0 ? values : []
  }
}
