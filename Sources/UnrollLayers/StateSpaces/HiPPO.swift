import UnrollCore
import UnrollKernels

/// Systems whose state holds the coefficients of the past in a basis (Gu et al. 2020; 2022, "How to train your HiPPO").
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

  /// LegT, Legendre polynomials over the last unit of time: A_nk = −√(2n+1)√(2k+1) for k ≤ n, times (−1)^{n−k} above;
  /// B_n = √(2n+1).
  static func legT(_ n: Int) -> (a: [Float], b: [Float]) {
    let roots = (0..<n).map { Double(2 * $0 + 1).squareRoot() }
    return filled(roots) { i, k in (k > i && (k - i) % 2 == 1 ? 1 : -1) * roots[i] * roots[k] }
  }

  /// LagT, Laguerre polynomials, the past fading as e^{−t}: A_nk = −1 for k ≤ n; B_n = 1.
  static func lagT(_ n: Int) -> (a: [Float], b: [Float]) {
    filled([Double](repeating: 1, count: n)) { i, k in k <= i ? -1 : 0 }
  }

  /// FouT, the Fourier series over the last unit of time, in the order 1, cos 2πt, sin 2πt, cos 4πt…: with p the basis at time 0
  /// (1, √2, 0, √2, 0…) is A = −2 p pᵀ and the derivative of the basis (±2πm between cos and sin of frequency m); B = 2p.
  static func fouT(_ n: Int) -> (a: [Float], b: [Float]) {
    let p = (0..<n).map { $0 == 0 ? 1 : $0 % 2 == 1 ? 2.0.squareRoot() : 0 }
    return filled(p.map { 2 * $0 }) { i, k in
      let turn = 2 * Double.pi * Double((min(i, k) + 1) / 2)
      let derivative = abs(i - k) == 1 && min(i, k) % 2 == 1 ? (i > k ? turn : -turn) : 0
      return derivative - 2 * p[i] * p[k]
    }
  }

  /// No memory by design: A = G/(2√N) − I, whose eigenvalues lie in a disc about −1, and normal B.
  static func random(_ n: Int, _ source: RandomSource) -> (a: [Float], b: [Float]) {
    var source = source
    let g = (0..<n * n).map { _ in 0.5 * source.normal() / Double(n).squareRoot() }
    return filled((0..<n).map { _ in source.normal() }) { i, k in g[i * n + k] - (i == k ? 1 : 0) }
  }

  private static func filled(_ b: [Double], _ a: (Int, Int) -> Double) -> (a: [Float], b: [Float]) {
    let n = b.count
    return ((0..<n * n).map { Float(a($0 / n, $0 % n)) }, b.map(Float.init))
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
