import CLibrary
import UnrollCore
import UnrollSystem
import UnrollTraining

/// A case measured by a process of this program that does nothing else, so that its peak memory is its own.
package struct BenchProcess {
  package enum Outcome: Sendable {
    case result(BenchResult)
    /// A sentence: why there is none.
    case none(String)
  }

  /// What a measurement may take before it is stopped.
  package struct Budget: Sendable {
    package var seconds: Double
    package var mib: Double

    package init(seconds: Double = .infinity, mib: Double = .infinity) { (self.seconds, self.mib) = (seconds, mib) }
  }

  private let process: ChildProcess

  /// - Parameter arguments: the command line of this program that prints the result as one line of JSON.
  /// - Throws: `InputError` when no process can be started.
  package static func measure(_ arguments: [String], within budget: Budget = Budget()) throws -> Outcome {
    try measure(Machine.program, arguments, within: budget)
  }

  /// The same of another program.
  static func measure(_ program: String, _ arguments: [String], within budget: Budget) throws -> Outcome {
    BenchProcess(process: try ChildProcess(program, arguments)).outcome(budget)
  }

  private func outcome(_ budget: Budget) -> Outcome {
    let start = ContinuousClock.now
    var (bytes, stopped): ([UInt8], String?) = ([], nil)
    while let more = process.next(within: 200) {
      bytes += more
      guard stopped == nil else { continue }
      if (ContinuousClock.now - start).seconds > budget.seconds { stopped = "over \(Int(budget.seconds)) s" }
      if budget.mib < .infinity, residentMemory > budget.mib { stopped = "over \(Int(budget.mib)) MiB" }
      if stopped != nil { process.send(SIGKILL) }
    }
    let end = process.end()
    if let stopped { return .none(stopped) }
    guard end == .code(0) else { return .none("its process ended with \(end)") }
    if let result = try? BenchResult(json: bytes) { return .result(result) }
    return .none((try? BenchFailure(json: bytes))?.failure ?? "its process printed no result")
  }

  /// Of the child, in MiB; 0 where the system has no /proc.
  private var residentMemory: Double { Machine.memory("VmRSS", of: "\(process.identifier)") ?? 0 }
}

extension BenchCase {
  /// Measures the case in a process of its own.
  package func measureApart(
    threads: Int, seconds: Double, within budget: BenchProcess.Budget = .init()
  ) throws -> BenchProcess.Outcome {
    try BenchProcess.measure(
      ["bench-case", try json(), "--threads", "\(threads)", "--seconds", "\(seconds)"], within: budget)
  }

  /// What the case says, as `init(json:)` reads it.
  func json() throws -> String {
    let defaults = BenchCase().resolved
    return String(decoding: try Value.table(resolved.filter { $1 != defaults[$0] }).json(), as: UTF8.self)
  }

  /// Reads what `json` wrote.
  package init(json text: String) throws { try self.init(try Setting(yaml: text, file: "the case"), "the case") }
}
