import UnrollCore
import UnrollKernels
import UnrollSystem

/// What one core of this machine can do at most, and with what.
package struct BenchPeak: Codable, Sendable {
  /// Multiply-adds in registers, two operations each, in 10⁹ operations a second.
  package let fma_gflops: Double
  /// OpenBLAS's product of two square matrices.
  package let sgemm_gflops: Double
  /// Our own product of the same matrices.
  package let own_gflops: Double
  /// Their rows and columns.
  package let size: Int
  package let cores: Int
  package let environment: Machine.Environment

  /// Takes the best of several runs: what others do on the machine can only slow it.
  package static func measured(seconds: Double) -> BenchPeak {
    let (size, arena) = (1024, Arena())
    defer { withExtendedLifetime(arena) {} }
    let (a, b, c) = (arena.matrix(size, size), arena.matrix(size, size), arena.matrix(size, size))
    var random = RandomSource(seed: 1)
    for matrix in [a, b] { matrix.fill(normal: &random) }
    let operations = 2 * Double(size * size * size)
    let rounds = 1 << 20
    let counted = 2 * Double(Kernels.multiplyAdds(rounds: rounds))
    let third = seconds / 3
    let fma = counted / Stopwatch.best(seconds: third) { _ = Kernels.multiplyAdds(rounds: rounds) }
    let blas = operations / Stopwatch.best(seconds: third) { Kernels.blasMultiply(a, b, into: c) }
    let own = operations / Stopwatch.best(seconds: third) { Kernels.multiply(a, b, into: c) }
    // Operations a millisecond, in millions: 10⁹ a second.
    let rounded = { (rate: Double) in (rate / 1e5).rounded() / 10 }
    return BenchPeak(
      fma_gflops: rounded(fma), sgemm_gflops: rounded(blas), own_gflops: rounded(own), size: size,
      cores: Machine.cores, environment: Machine.environment)
  }
}
