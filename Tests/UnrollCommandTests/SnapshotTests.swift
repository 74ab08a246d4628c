import Testing
import UnrollCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What people read, as it stood when somebody last looked at it. After a wanted change:
/// `UNROLL_SNAPSHOTS=write scripts/test --filter SnapshotTests`, then read the difference.
@Suite struct SnapshotTests {
  @Test(
    arguments: [
      ("help", ["--help"]), ("run-help", ["run", "--help"]), ("report-help", ["report", "--help"]),
      ("list", ["list"]), ("list-training", ["list", "training"]), ("list-model", ["list", "model"]),
      ("list-study", ["list", "study"]), ("list-averaging", ["list", "averaging"]),
    ])
  func texts(name: String, arguments: [String]) throws {
    let ended = try Program().start(arguments).end()
    #expect(ended.status == 0 && ended.errors == "")
    let path = "\(Files.parent(of: #filePath))/Snapshots/\(name).txt"
    if getenv("UNROLL_SNAPSHOTS") != nil { try Files.write(ended.output, to: path) }
    #expect(ended.output == String(decoding: try Files.read(path), as: UTF8.self))
  }

  @Test func theVersionIsOneWord() throws {
    let ended = try Program().run("--version")
    #expect(ended.status == 0 && ended.output == Version.text + "\n")
  }
}
