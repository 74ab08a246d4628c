import UnrollCore
import UnrollSystem
import UnrollTraining

/// One measured case.
public struct BenchResult: Codable, Sendable {
  public let name: String
  public let threads: Int
  /// Median time of a run in milliseconds.
  public let ms: Double
  public let tokens_per_s: Double
  /// Peak memory of the process that measured this case and nothing else.
  public let peak_mib: Int
}

/// Why a case could not be measured: what its process prints in the place of a result.
public struct BenchFailure: Codable, Sendable {
  public let failure: String

  public init(_ error: InputError) { failure = error.description }
}

extension BenchCase {
  /// Runs the case in this process.
  ///
  /// - Parameter threads: the batch is cut into as many shards, each on a thread of its own.
  /// - Throws: `InputError` for what the backend cannot be, `Divergence`.
  public func measure(threads: Int, seconds: Double) throws -> BenchResult {
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
