import UnrollKernels

/// HiPPO matrices (Gu et al. 2020).
enum HiPPO {
  /// LegS: A_nk = −√(2n+1)√(2k+1) for n > k, −(n+1) for n = k, 0 above; B_n = √(2n+1).
  static func legS(_ n: Int) -> (a: [Float], b: [Float]) {
    let roots = (0..<n).map { Double(2 * $0 + 1).squareRoot() }
    var a = [Float](repeating: 0, count: n * n)
    for i in 0..<n {
      for k in 0..<i { a[i * n + k] = Float(-roots[i] * roots[k]) }
      a[i * n + i] = -Float(i + 1)
    }
    return (a, roots.map(Float.init))
  }

  /// ω ≥ 0 of the eigenvalues −1/2 ± iω of LegS's normal part A + p pᵀ, p_n = √(n + 1/2) (Gu et al. 2022); n even.
  static func normalFrequencies(_ n: Int) -> [Double] {
    let roots = (0..<n).map { (Double($0) + 0.5).squareRoot() }
    let skew = (0..<n * n).map { place -> Double in
      let (i, j) = (place / n, place % n)
      return i == j ? 0 : (i > j ? -1 : 1) * roots[i] * roots[j]
    }
    return Kernels.skewFrequencies(skew, size: n)
  }
}
