import CLibrary
import UnrollCore
import UnrollKernels

/// Slow double-precision twins that read like the formulas, and what is needed to compare with them.
package enum Twin {
  package static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// x Φ(x)
  package static func gelu(_ x: Double) -> Double { 0.5 * x * erfc(-x / 2.0.squareRoot()) }

  /// Φ(x) + x φ(x)
  package static func geluSlope(_ x: Double) -> Double {
    0.5 * erfc(-x / 2.0.squareRoot()) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
  }

  /// Σ_k Mᵏ/k!, with so many terms that nothing is left.
  package static func exponential(_ m: [Double], size n: Int) -> [Double] {
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

  /// x_t = exp(Δ_t A) x_{t−1} + Δ_t b_t u_t, y_t = c_t x_t + D u_t: u and Δ [R,H], A [H,N], b and c [R,N], D [H], x₀ [B,H,N].
  package static func selectiveScan(
    _ steps: PackedSteps, u: [Double], delta: [Double], a: [Double], b: [Double], c: [Double], d: [Double],
    from x0: [Double]
  ) -> (y: [Double], final: [Double]) {
    let (channels, size) = (d.count, a.count / d.count)
    var (y, x) = ([Double](repeating: 0, count: u.count), x0)
    for t in 0..<steps.steps {
      for (sequence, row) in steps.range(t).enumerated() {
        for h in 0..<channels {
          let at = row * channels + h
          y[at] = d[h] * u[at]
          for n in 0..<size {
            let index = (sequence * channels + h) * size + n
            x[index] = exp(delta[at] * a[h * size + n]) * x[index] + delta[at] * b[row * size + n] * u[at]
            y[at] += c[row * size + n] * x[index]
          }
        }
      }
    }
    return (y, x)
  }

  package static func product(_ a: [Double], _ b: [Double], size n: Int) -> [Double] {
    (0..<n * n).map { index in (0..<n).reduce(0) { $0 + a[index / n * n + $1] * b[$1 * n + index % n] } }
  }
}

/// Matrices whose memory is never given back: a matrix does not hold it, and tests hand matrices on.
package final class Pool {
  package let arena = Arena()
  private var random: RandomSource

  package init(seed: UInt64 = 1) {
    random = RandomSource(seed: seed)
    _ = Unmanaged.passRetained(arena)
  }

  package func matrix(_ rows: Int, _ columns: Int, _ values: [Float]? = nil) -> Matrix {
    let matrix = arena.zeros(rows, columns)
    if let values { matrix.assign(values) }
    return matrix
  }

  package func normal(_ rows: Int, _ columns: Int, deviation: Double = 1) -> Matrix {
    let matrix = arena.matrix(rows, columns)
    matrix.fill(normal: &random, deviation: deviation)
    return matrix
  }
}

extension Matrix {
  /// Element (row, column) in double precision.
  package func at(_ row: Int, _ column: Int) -> Double { Double(self[row, column]) }

  package var doubles: [Double] { array.map(Double.init) }
}

/// max|a − b| / max(max|b|, 1e−3)
package func distance(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count, a.allSatisfy(\.isFinite) else { return .infinity }
  return (zip(a, b).map { abs(Double($0) - $1) }.max() ?? 0) / max(b.map(abs).max() ?? 0, 1e-3)
}

/// The central difference of order step⁴.
package func derivative(_ step: Double = 1e-3, _ f: (Double) throws -> Double) rethrows -> Double {
  try (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step)
}
