import Foundation
import TestSupport
import Testing
import UnrollCore

@Suite struct FilesTests {
  private let scratch = Scratch()
  private var folder: String { scratch.path }

  @Test func writtenAndRead() throws {
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
    try Files.write(bytes, to: "\(folder)/deep/er/file")
    #expect(try Files.read("\(folder)/deep/er/file") == bytes)
    try Files.write("", to: "\(folder)/empty")
    #expect(try Files.read("\(folder)/empty").isEmpty)
    #expect(try Files.list(folder) == ["deep", "empty"])
  }

  @Test func withoutWhiteSpaceAtTheEnd() throws {
    for (written, read) in [("", ""), (" \n", ""), (" a\n b \r\n\n", " a\n b"), ("ä", "ä")] {
      try Files.write(written, to: "\(folder)/file")
      #expect(Files.trimmed("\(folder)/file") == read)
    }
    #expect(Files.trimmed("\(folder)/none") == nil && Files.trimmed(folder) == nil)
  }

  @Test func aNewFileReplacesTheOldAndNothingElseStays() throws {
    try Files.write("a long old content", to: "\(folder)/record")
    try Files.write("new", to: "\(folder)/record")
    #expect(try Files.read("\(folder)/record") == Array("new".utf8))
    #expect(try Files.list(folder) == ["record"])
  }

  @Test func aFailedWriteLeavesNothingBehind() throws {
    try Files.makeFolder("\(folder)/taken/inside")
    #expect(throws: InputError.self) { try Files.write("x", to: "\(folder)/taken") }
    #expect(try Files.list(folder) == ["taken"])
  }

  @Test func aWriteThatWouldFailIsKnownBefore() throws {
    try Files.makeFolder("\(folder)/taken")
    #expect { try Files.requireWritable("\(folder)/taken") } throws: { "\($0)".contains("is a folder") }
    try Files.write("", to: "\(folder)/file")
    #expect { try Files.requireWritable("\(folder)/file/below") } throws: {
      "\($0)" == "\(folder)/file/below: cannot be written: Not a directory"
    }
    try Files.requireWritable("\(folder)/deep/er/file")
    #expect(try Files.list("\(folder)/deep") == ["er"] && Files.list("\(folder)/deep/er").isEmpty)
  }

  /// As `/dev/stdout` is one: a link stays a link, and a pipe a pipe.
  @Test func onlyFilesAreReplaced() throws {
    try Files.write("old", to: "\(folder)/there/file")
    #expect(symlink("there/file", "\(folder)/link") == 0 && mkfifo("\(folder)/pipe", 0o600) == 0)
    try Files.write("new", to: "\(folder)/link")
    #expect(try Files.read("\(folder)/there/file") == Array("new".utf8))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/link") == "there/file")
    #expect { try Files.write("x", to: "\(folder)/pipe") } throws: { "\($0)".contains("is a pipe") }
    #expect(try Files.list(folder) == ["link", "pipe", "there"])
  }

  /// Files of writers that are gone; one of a writer that lives, or of another host of today, stays.
  @Test func leftoversOfTheDead() throws {
    let gone = Process()
    gone.executableURL = URL(fileURLWithPath: "/bin/sh")
    gone.arguments = ["-c", "true"]
    try gone.run()
    gone.waitUntilExit()
    let host = ProcessInfo.processInfo.hostName
    let dead = ".unroll-\(host)-\(gone.processIdentifier)-0123abcd.tmp"
    let alive = ".unroll-\(host)-\(getpid())-0123abcd.tmp"
    let (other, old) = (".unroll-elsewhere-1-0123abcd.tmp", ".unroll-elsewhere-2-0123abcd.tmp")
    for name in [dead, alive, other, old, "record.tmp"] {
      _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data())
    }
    let dayBefore = Date().addingTimeInterval(-90_000)
    try FileManager.default.setAttributes([.modificationDate: dayBefore], ofItemAtPath: "\(folder)/\(old)")
    Files.removeLeftovers(in: folder)
    #expect(try Files.list(folder) == [other, alive, "record.tmp"].sorted())
    Files.removeLeftovers(in: "\(folder)/none")
  }

  @Test func complaintsNameTheFile() throws {
    #expect { try Files.read("\(folder)/none") } throws: { "\($0)".hasPrefix("\(folder)/none: cannot be read") }
    #expect { try Files.read(folder) } throws: { "\($0)".contains("is a folder") }
    #expect { try Files.list("\(folder)/none") } throws: { "\($0)".contains("cannot be listed") }
  }

  /// Nobody writes into the pipe, and the device has no end: both would be waited for.
  @Test(.timeLimit(.minutes(1))) func onlyRegularFilesAreRead() throws {
    #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
    for path in ["\(folder)/pipe", "/dev/zero", "/dev/null"] {
      #expect { try Files.read(path) } throws: {
        "\($0)" == "\(path): is a pipe, a socket or a device, a regular file is needed"
      }
    }
  }

  @Test(arguments: [
    ("a/lstm.v1.yaml", "lstm.v1"), ("quick.yaml", "quick"), ("a.b/quick", "quick"), (".hidden", ".hidden"), ("", ""),
  ])
  func stems(_ path: String, _ stem: String) { #expect(Files.stem(path) == stem) }

  @Test(arguments: [
    ("a", "b", "a/b"), ("a/", "b/c", "a/b/c"), ("", "b", "b"), ("a", "/b", "/b"), ("/", "b", "/b"),
  ])
  func joined(_ folder: String, _ path: String, _ whole: String) {
    #expect(Files.join(folder, path) == whole && Files.join("a", "~/x") == Files.expanded("~/x"))
    #expect(Files.name(whole) == Files.name(path) && Files.name("") == "")
  }

  @Test func longNamesEndInADigest() {
    let (a, b) = (String(repeating: "ä", count: 200), String(repeating: "ä", count: 199) + "b")
    #expect(Files.fitted("short") == "short")
    #expect(Files.fitted(a).utf8.count <= Files.longestName && Files.fitted(a) != Files.fitted(b))
    #expect(Files.fitted(a).hasPrefix("ää") && Files.fitted(Files.fitted(a)) == Files.fitted(a))
  }

  @Test func waysFromFoldersToFiles() throws {
    try Files.write("", to: "\(folder)/studies/a.yaml")
    try Files.makeFolder("\(folder)/out")
    #expect(
      Files.relative("\(folder)/studies/a.yaml", from: "\(folder)/out/later/still") == "../../../studies/a.yaml")
    #expect(Files.absolute("\(folder)/out/../studies/a.yaml") == Files.absolute("\(folder)/studies/a.yaml"))
  }

  @Test func homes() {
    #expect(Files.expanded("~/x") == String(cString: getenv("HOME")) + "/x")
    #expect(Files.expanded("~x") == "~x" && Files.expanded("a/~/x") == "a/~/x")
  }

  @Test(arguments: [("a/b/c", "a/b"), ("/a", "/"), ("a", ""), ("", "")])
  func parents(_ path: String, _ parent: String) {
    #expect(Files.parent(of: path) == parent)
  }
}
