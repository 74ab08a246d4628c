import Foundation
import TestSupport
import Testing
import UnrollCore

@testable import UnrollSystem

#if canImport(Glibc)
  private let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
  private let openFiles = RLIMIT_NOFILE
#endif

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

  /// What a pipe takes needs no folder for temporary files, whether it is read or not; what it does not take needs one.
  @Test func inputNeedsAFolderBeyondAPipe() async {
    await #expect(processExitsWith: .success) { try ChildProcessTests().startWithoutAFolder() }
  }

  private func startWithoutAFolder() throws {
    setenv("TMPDIR", "/nowhere", 1)
    #expect(try shell("cat", input: "little").finish().output == Array("little".utf8))
    #expect(try shell("exit 0", input: "little").finish().end == .code(0))
    let error = #expect(throws: InputError.self) {
      try shell("cat", input: String(repeating: "0123456789abcdef", count: 1 << 17))
    }
    #expect(error?.description.hasPrefix("/nowhere: no temporary file can be made here; set TMPDIR: ") == true)
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

  /// One descriptor left a start, and there would be none for the last ones. Their number would not do: others open files, too.
  @Test func afterAFailedStartNothingIsOpen() async {
    await #expect(processExitsWith: .success) {
      var few = rlimit(rlim_cur: 256, rlim_max: 256)
      #expect(setrlimit(openFiles, &few) == 0)
      for errors in [ChildProcess.Errors.inherited, .output, .kept] {
        for _ in 0..<256 {
          let error = #expect(throws: InputError.self) {
            try ChildProcess("/nowhere/program", [], input: [1], errors: errors)
          }
          #expect(error?.message == "cannot be started: No such file or directory")
        }
      }
    }
  }

  #if os(Linux)
    /// Whoever starts while a file is read or written has no descriptor of it.
    @Test(arguments: ["read", "write"]) func openFilesStayOurs(how: String) throws {
      let scratch = Scratch()
      let (path, bytes) = ("\(scratch.path)/file", [UInt8](repeating: 7, count: 1 << 25))
      try Files.write(bytes, to: path)
      let (enough, over) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      Thread.detachNewThread {
        while enough.wait(timeout: .now()) == .timedOut {
          if how == "read" { _ = try? Files.read(path) } else { try? Files.write(bytes, to: path) }
        }
        over.signal()
      }
      var seen = 0
      for _ in 0..<1000 where seen < 5 {
        let before = isOpen(scratch.path)
        let files = try shell("ls -l /proc/self/fd").finish().output
        #expect(!String(decoding: files, as: UTF8.self).contains(scratch.path))
        if before, isOpen(scratch.path) { seen += 1 }
      }
      enough.signal()
      over.wait()
      withExtendedLifetime(scratch) { #expect(seen == 5, "open before a start and after it") }
    }

    /// Whether this process has a file of a folder open.
    private func isOpen(_ folder: String) -> Bool {
      let descriptors = (try? Files.list("/proc/self/fd")) ?? []
      return descriptors.contains { number in
        let file = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
        return file?.hasPrefix(folder) == true
      }
    }
  #endif

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
