import Foundation
import Testing
import UnrollCore

@testable import UnrollSystem

/// Other programs: what goes in, what comes out, and how they end.
@Suite struct ChildProcessTests {
  private func shell(
    _ script: String, environment: [String]? = nil, input: String = "", errors: ChildProcess.Errors = .inherited
  ) throws -> ChildProcess {
    try ChildProcess("/bin/sh", ["-c", script], environment: environment, input: Array(input.utf8), errors: errors)
  }

  @Test func whatGoesInComesOut() throws {
    let (output, complaints, end) = try shell("cat; printf '%s' \"$A\"", environment: ["A=b"], input: "a").finish()
    #expect(output == Array("ab".utf8) && complaints.isEmpty && end == .code(0))
    #expect(try shell("cat").finish().output.isEmpty, "no input is an empty one")
  }

  /// More than any pipe holds, in and out.
  @Test func neitherSideWaits() throws {
    let much = String(repeating: "0123456789abcdef", count: 1 << 17)
    #expect(try shell("cat", input: much).finish().output == Array(much.utf8))
    #expect(try shell("echo first; exec cat > /dev/null", input: much).finish().output == Array("first\n".utf8))
    #expect(try shell("exit 0", input: much).finish().end == .code(0), "whoever reads nothing misses nothing")
  }

  @Test func complaints() throws {
    let script = "echo out; echo bad >&2"
    let kept = try shell(script, errors: .kept).finish()
    #expect(kept.output == Array("out\n".utf8) && kept.complaints == Array("bad\n".utf8))
    let mixed = try shell(script, errors: .output).finish()
    #expect(mixed.output == Array("out\nbad\n".utf8) && mixed.complaints.isEmpty)
  }

  @Test func ends() throws {
    #expect(try shell("exit 3").finish().end == .code(3))
    #expect(try shell("kill -9 $$").finish().end == .signal(SIGKILL))
    #expect("\(ChildProcess.End.signal(SIGKILL))" == "signal 9 (Killed)" && "\(ChildProcess.End.code(1))" == "code 1")
    let error = #expect(throws: InputError.self) { try ChildProcess("/nowhere/program", []) }
    #expect(error?.description == "/nowhere/program: cannot be started: No such file or directory")
  }

  /// Threads of a pool, on which this runs, block all signals; what they start must not.
  @Test func signalsArrive() async throws {
    let child = try shell("exec sleep 60")
    #expect(child.next(within: 1) == [])
    child.send(SIGTERM)
    #expect(child.finish().end == .signal(SIGTERM))
  }

  /// Of many that start at once, nobody holds the pipe of another: those that end are seen to end while the others go on.
  @Test func startsDoNotMix() {
    DispatchQueue.concurrentPerform(iterations: 8) { number in
      guard let long = try? shell("exec sleep 60"), let short = try? shell("echo \(number)") else {
        Issue.record("cannot start")
        return
      }
      let ended = short.finish()
      #expect(ended.output == Array("\(number)\n".utf8) && ended.end == .code(0))
      #expect(long.next(within: 0) == [], "still there")
      long.send(SIGKILL)
      #expect(long.finish().end == .signal(SIGKILL))
    }
  }
}
