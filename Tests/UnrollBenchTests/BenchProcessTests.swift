import Testing
import UnrollCore

@testable import UnrollBench

/// What measuring processes may take, and how they may end.
@Suite struct BenchProcessTests {
  private func shell(_ script: String, within budget: BenchProcess.Budget = .init()) throws -> BenchProcess.Outcome {
    try BenchProcess.measure("/bin/sh", ["-c", script], within: budget)
  }

  private func reason(_ outcome: BenchProcess.Outcome) -> String? {
    if case .none(let reason) = outcome { return reason }
    return nil
  }

  @Test func aResultComesThrough() throws {
    let line = #"{"name":"a","threads":2,"ms":1.5,"tokens_per_s":3,"peak_mib":4}"#
    let outcome = try shell("sleep 0.3; echo '\(line)'", within: .init(seconds: 60, mib: 1000))
    guard case .result(let result) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(result.name == "a" && result.threads == 2 && result.ms == 1.5 && result.peak_mib == 4)
  }

  @Test func overTime() throws {
    let start = ContinuousClock.now
    #expect(reason(try shell("exec sleep 60", within: .init(seconds: 1))) == "over 1 s")
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  #if os(Linux)
    @Test func overMemory() throws {
      let hungry = "x=$(head -c 50000000 /dev/zero | tr '\\0' x); while :; do :; done"
      #expect(reason(try shell(hungry, within: .init(seconds: 60, mib: 20))) == "over 20 MiB")
    }
  #endif

  @Test func deaths() throws {
    #expect(reason(try shell("exit 3")) == "its process ended with code 3")
    #expect(reason(try shell("kill -9 $$"))?.hasPrefix("its process ended with signal 9") == true)
    #expect(reason(try shell("echo '{\"failure\":\"training breaks\"}'")) == "training breaks")
    #expect(reason(try shell("echo nonsense")) == "its process printed no result")
  }

  @Test func whatCannotStart() {
    let error = #expect(throws: InputError.self) {
      try BenchProcess.measure("/nowhere/unroll", [], within: .init())
    }
    #expect(error?.file == "/nowhere/unroll")
  }
}
