#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import UnrollCore
import UnrollKernels

/// Slow double-precision twins that read like the formulas, and what is needed to compare with them.
enum Twin {
  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// x Φ(x)
  static func gelu(_ x: Double) -> Double { 0.5 * x * erfc(-x / 2.0.squareRoot()) }

  /// Φ(x) + x φ(x)
  static func geluSlope(_ x: Double) -> Double {
    0.5 * erfc(-x / 2.0.squareRoot()) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
  }

  /// Σ_k Mᵏ/k!, with so many terms that nothing is left.
  static func exponential(_ m: [Double], size n: Int) -> [Double] {
    let norm = (0..<n).map { i in (0..<n).reduce(0) { $0 + abs(m[i * n + $1]) } }.max()!
    let squarings = max(0, norm.exponent + 2)
    let small = m.map { $0 * Double(sign: .plus, exponent: Double.Exponent(-squarings), significand: 1) }
    var sum = (0..<n * n).map { $0 % (n + 1) == 0 ? 1.0 : 0 }
    var term = sum
    for k in 1...30 {
      term = product(term, small, size: n).map { $0 / Double(k) }
      sum = zip(sum, term).map { $0 + $1 }
    }
    return (0..<squarings).reduce(sum) { power, _ in product(power, power, size: n) }
  }

  static func product(_ a: [Double], _ b: [Double], size n: Int) -> [Double] {
    (0..<n * n).map { place in (0..<n).reduce(0) { $0 + a[place / n * n + $1] * b[$1 * n + place % n] } }
  }
}

/// Matrices whose memory is never given back: a matrix does not hold it, and tests hand matrices on.
final class Pool {
  let arena = Arena()
  private var random: RandomSource

  init(seed: UInt64 = 1) {
    random = RandomSource(seed: seed)
    _ = Unmanaged.passRetained(arena)
  }

  func matrix(_ rows: Int, _ columns: Int, _ values: [Float]? = nil) -> Matrix {
    let matrix = arena.zeros(rows, columns)
    if let values { matrix.assign(values) }
    return matrix
  }

  func normal(_ rows: Int, _ columns: Int, deviation: Double = 1) -> Matrix {
    matrix(rows, columns, (0..<rows * columns).map { _ in Float(deviation * random.normal()) })
  }
}

extension Matrix {
  /// Element (row, column) in double precision.
  func at(_ row: Int, _ column: Int) -> Double { Double(self[row, column]) }

  var doubles: [Double] { array.map(Double.init) }
}

/// max|a − b| / max(max|b|, 1e−3)
func distance(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count, a.allSatisfy(\.isFinite) else { return .infinity }
  return (zip(a, b).map { abs(Double($0) - $1) }.max() ?? 0) / max(b.map(abs).max() ?? 0, 1e-3)
}

/// The central difference of order step⁴.
func derivative(_ step: Double = 1e-3, _ f: (Double) throws -> Double) rethrows -> Double {
  try (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step)
}
