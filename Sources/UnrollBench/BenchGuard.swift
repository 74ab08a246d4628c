import UnrollCore
import UnrollTraining
import UnrollKernels

/// How much faster a kernel is than the plain way to the same numbers, both in this process, in turns.
///
/// A ratio of two times that were taken side by side is nearly the same on a busy machine and on a quiet one.
package struct BenchGuard: Codable, Sendable {
  package let name: String
  /// Time of the plain way through time of the kernel: the median over pairs of runs.
  package let ratio: Double
  /// The kernel's median time in milliseconds.
  package let ms: Double
  /// The median time of the plain way, in milliseconds.
  package let plain_ms: Double

  package static let names = GuardPair.all.map(\.name)

  /// - Parameter seconds: measuring time of each pair.
  /// - Throws: `InputError` when both ways do not come to the same numbers, so that the ratio would mean nothing.
  package static func measure(_ name: String, seconds: Double) throws -> BenchGuard {
    let pair = GuardPair.all.first { $0.name == name }!.make()
    pair.kernel()
    let fast = pair.result.array
    pair.plain()
    let slow = pair.result.array
    let scale = slow.map(abs).max() ?? 0
    guard scale > 0, zip(fast, slow).allSatisfy({ abs($0 - $1) <= 1e-3 * scale }) else {
      throw InputError("\(name): the kernel and the plain way differ, so their times cannot be compared")
    }
    var (kernel, plain): ([Double], [Double]) = ([], [])
    let start = ContinuousClock.now
    while kernel.count < 5 || (ContinuousClock.now - start).seconds < seconds {
      plain.append(Stopwatch.time(pair.plain))
      kernel.append(Stopwatch.time(pair.kernel))
    }
    let rounded = { (value: Double) in (value * 1e4).rounded() / 1e4 }
    return BenchGuard(
      name: name, ratio: rounded(Stopwatch.median(zip(plain, kernel).map { $0 / $1 })),
      ms: rounded(Stopwatch.median(kernel)), plain_ms: rounded(Stopwatch.median(plain)))
  }
}
