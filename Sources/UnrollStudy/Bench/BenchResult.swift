import UnrollCore
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

enum Stopwatch {
  /// Runs of a median, those to warm up included.
  static let fewest = 5

  /// Median milliseconds of a run after two to warm up: as many as fit into the time, three at least.
  static func median(seconds: Double, _ run: () throws -> Void) rethrows -> Double {
    try run()
    try run()
    var times: [Double] = []
    let start = ContinuousClock.now
    while times.count < 3 || (ContinuousClock.now - start).seconds < seconds { times.append(try time(run)) }
    return median(times)
  }

  /// Fewest milliseconds of a run.
  static func best(seconds: Double, _ run: () -> Void) -> Double {
    run()
    var times: [Double] = []
    let start = ContinuousClock.now
    while times.count < 3 || (ContinuousClock.now - start).seconds < seconds { times.append(time(run)) }
    return times.min()!
  }

  /// Milliseconds of one run.
  static func time(_ run: () throws -> Void) rethrows -> Double {
    let before = ContinuousClock.now
    try run()
    return (ContinuousClock.now - before).seconds * 1e3
  }

  static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
