import Foundation
import Testing
import UnrollCore

@Suite struct FilesTests {
  private let folder = "\(NSTemporaryDirectory())/unroll-files-\(UUID().uuidString)"

  private func cleaned(_ body: () throws -> Void) rethrows {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body()
  }

  @Test func writtenAndRead() throws {
    try cleaned {
      let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
      try Files.write(bytes, to: "\(folder)/deep/er/file")
      #expect(try Files.read("\(folder)/deep/er/file") == bytes)
      try Files.write("", to: "\(folder)/empty")
      #expect(try Files.read("\(folder)/empty").isEmpty)
      #expect(try Files.list(folder) == ["deep", "empty"])
    }
  }

  @Test func aNewFileReplacesTheOldAndNothingElseStays() throws {
    try cleaned {
      try Files.write("a long old content", to: "\(folder)/record")
      try Files.write("new", to: "\(folder)/record")
      #expect(try Files.read("\(folder)/record") == Array("new".utf8))
      #expect(try Files.list(folder) == ["record"])
    }
  }

  @Test func aFailedWriteLeavesNothingBehind() throws {
    try cleaned {
      try Files.makeFolder("\(folder)/taken/inside")
      #expect(throws: InputError.self) { try Files.write("x", to: "\(folder)/taken") }
      #expect(try Files.list(folder) == ["taken"])
    }
  }

  @Test func complaintsNameTheFile() throws {
    try cleaned {
      try Files.makeFolder(folder)
      #expect { try Files.read("\(folder)/none") } throws: { "\($0)".hasPrefix("\(folder)/none: cannot be read") }
      #expect { try Files.read(folder) } throws: { "\($0)".contains("is a folder") }
      #expect { try Files.list("\(folder)/none") } throws: { "\($0)".contains("cannot be listed") }
    }
  }

  /// Nobody writes into the pipe, and the device has no end: both would be waited for.
  @Test(.timeLimit(.minutes(1))) func onlyRegularFilesAreRead() throws {
    try cleaned {
      try Files.makeFolder(folder)
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      for path in ["\(folder)/pipe", "/dev/zero", "/dev/null"] {
        #expect { try Files.read(path) } throws: {
          "\($0)" == "\(path): is a pipe, a socket or a device, a regular file is needed"
        }
      }
    }
  }

  @Test(arguments: [("a/b/c", "a/b"), ("/a", "/"), ("a", ""), ("", "")])
  func parents(_ path: String, _ parent: String) {
    #expect(Files.parent(of: path) == parent)
  }
}
