import CLibrary
import Testing
import UnrollCore
import UnrollSystem

@testable import UnrollStudy

/// What stands between several runners of one folder, and around the processes that they start.
@Suite struct RunningTests {
  @Test func seedsComeFirst() {
    let runs = [("a", 3), ("a", 1), ("b", 3), ("b", 1)]
    #expect(RunQueue.bySeed(runs, \.1).map { "\($0.0)\($0.1)" } == ["a3", "b3", "a1", "b1"])
  }

  /// Locks belong to processes, so another one asks.
  @Test func aClaimIsTheProcesssOwn() throws {
    try ReportFiles.inFolder { folder in
      let claims = RunClaims(folder: folder)
      #expect(claims.take("0123456789abcdef01234567") && claims.take("fedcba9876543210fedcba98"))
      claims.release("0123456789abcdef01234567")
      #expect(Files.exists("\(folder)/runs.lock"))
      claims.end()
      #expect(!Files.exists("\(folder)/runs.lock"), "the last one removes the file")
      #expect(claims.take("0123456789abcdef01234567"), "and makes it again")
      claims.end()
      #expect(RunClaims(folder: "\(folder)/none").take("0123"), "without a file every run is free")
    }
  }

  @Test func whatADeadProcessSaid() {
    func sentence(_ end: ChildProcess.End, _ words: [String], _ killed: Bool = false) -> String {
      ProcessLauncher.sentence(end, words, killedForMemory: killed)
    }
    #expect(
      sentence(.code(1), ["0.5x", "unroll: a: cannot be written: No space left on device"])
        == "a: cannot be written: No space left on device")
    #expect(
      sentence(.signal(SIGABRT), ["terminate called after throwing an instance of 'std::bad_alloc'"])
        .hasPrefix("out of memory: its process ended with signal 6 (Aborted) ("))
    #expect(
      sentence(.signal(SIGKILL), []) == "its process ended with signal 9 (Killed), as when the machine's memory is full"
    )
    #expect(sentence(.signal(SIGKILL), [], true).hasPrefix("out of memory: its process ended with signal 9 (Killed); "))
    #expect(sentence(.signal(SIGABRT), []) == "its process ended with signal 6 (Aborted), as when memory runs out")
    for word in ["a: out of memory", "fork: Cannot allocate memory", "Failed to allocate 4 bytes"] {
      #expect(
        sentence(.code(1), ["first", word]).hasPrefix("out of memory: its process ended with code 1 (\(word)); "))
    }
    for word in ["double free or corruption (out)", "a.c:4: Assertion `memory' failed.", "free(): invalid memory"] {
      #expect(sentence(.signal(SIGABRT), ["", word, "more"]) == "its process ended with signal 6 (Aborted) (\(word))")
    }
    #expect(
      sentence(.signal(SIGABRT), ["a warning", "a.swift:3: Fatal error: Index out of range"])
        == "its process ended with signal 6 (Aborted) (a.swift:3: Fatal error: Index out of range)")
    #expect(sentence(.code(2), []) == "its process ended with code 2")
    #expect(
      sentence(.signal(SIGILL), ["a.swift:3: Fatal error: Index out of range"])
        .hasSuffix("(a.swift:3: Fatal error: Index out of range)"))
  }
}
