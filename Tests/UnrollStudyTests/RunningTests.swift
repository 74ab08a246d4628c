#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import Testing
import UnrollCore

@testable import UnrollStudy

/// What stands between several runners of one folder, and around the processes that they start.
@Suite struct RunningTests {
  @Test func seedsComeFirst() {
    let runs = [("a", 3), ("a", 1), ("b", 3), ("b", 1)]
    #expect(StudyRunner.bySeed(runs, \.1).map { "\($0.0)\($0.1)" } == ["a3", "b3", "a1", "b1"])
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
      WorkerProcess.sentence(end, words, killedForMemory: killed)
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

  /// Written by hand: a header, one segment of notes, of which the second is the one.
  @Test func theLinkersNote() {
    func little(_ value: Int, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(value >> (8 * $0) & 0xFF) } }
    let notes =
      little(4, 4) + little(2, 4) + little(1, 4) + Array("GNU\0".utf8) + [9, 9, 0, 0]
      + little(4, 4) + little(3, 4) + little(3, 4) + Array("GNU\0".utf8) + [0x0A, 0xBC, 0xDE, 0]
    var program = [0x7F, 0x45, 0x4C, 0x46, 2, 1] + [UInt8](repeating: 0, count: 26) + little(64, 8)
    program += [UInt8](repeating: 0, count: 14) + little(56, 2) + little(1, 2) + [UInt8](repeating: 0, count: 6)
    program += little(4, 4) + little(0, 4) + little(120, 8) + little(0, 16) + little(notes.count, 8) + little(0, 16)
    #expect(program.count == 120)
    #expect(BuildNote.identifier(program + notes) == "0abcde")
    for cut in 0..<(program + notes).count { _ = BuildNote.identifier(Array((program + notes).prefix(cut))) }
    var random = RandomSource(seed: 4)
    for _ in 0..<2000 {
      var damaged = program + notes
      damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      _ = BuildNote.identifier(damaged)
    }
  }

  @Test func theProgramKnowsItself() {
    #expect(Machine.build.count == 16 && Machine.build == Machine.build)
    #expect(!Machine.commit.isEmpty)
    #expect(Machine.load.map { $0 >= 0 } ?? true)
  }
}
