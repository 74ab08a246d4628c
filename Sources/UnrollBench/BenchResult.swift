import UnrollCore
import UnrollSystem
import UnrollTraining

/// One measured case.
package struct BenchResult: Codable, Sendable {
  package let name: String
  package let threads: Int
  /// Median time of a run in milliseconds.
  package let ms: Double
  package let tokens_per_s: Double
  /// Peak memory of the process that measured this case and nothing else.
  package let peak_mib: Int
}

/// Why a case could not be measured: what its process prints in the place of a result.
package struct BenchFailure: Codable, Sendable {
  package let failure: String

  package init(_ error: InputError) { failure = error.description }
}

extension BenchCase {
  /// Runs the case in this process.
  ///
  /// - Parameter threads: the batch is cut into as many shards, each on a thread of its own.
  /// - Throws: `InputError` for what the backend cannot be, `Divergence`.
  package func measure(threads: Int, seconds: Double) throws -> BenchResult {
    let milliseconds: Double
    switch kind {
    case .step:
      let step = try BenchStep(self, threads: threads)
      milliseconds = try Stopwatch.median(seconds: seconds, step.run)
    case .op:
      let step = try BenchOperator(self, threads: threads)
      milliseconds = Stopwatch.median(seconds: seconds, step.run)
    }
    return BenchResult(
      name: name, threads: threads, ms: (milliseconds * 1e4).rounded() / 1e4,
      tokens_per_s: (Double(rows) / milliseconds * 1e4).rounded() / 10, peak_mib: Int(Machine.peakMemory))
  }
}
