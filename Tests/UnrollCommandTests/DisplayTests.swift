#if os(Linux)
  import Foundation
  import Glibc
  import Testing

  /// How a study goes, as somebody sees it who watches on a terminal.
  @Suite struct DisplayTests {
    /// A line that is rewritten and cut to the terminal, of which nothing stays: in the end there are the lines that a file would hold.
    @Test func oneLineIsRewritten() throws {
      let program = try Program(Studies.small)
      let (status, shown) = try watch(["run", "small.yaml", "--jobs", "1"], in: program, columns: 40)
      #expect(status == 0)
      let pieces = shown.components(separatedBy: "\r\u{1B}[K")
      let rewritten = pieces.dropLast().map { $0.components(separatedBy: "\r\n").last! }
      #expect(rewritten.contains { $0.hasPrefix("0 done, 1 running, 11 waiting") })
      #expect(rewritten.allSatisfy { (1...39).contains($0.count) } && rewritten.contains { $0.hasSuffix("…") })
      let left = zip(pieces, rewritten + [""]).map { $0.dropLast($1.count) }.joined()
      #expect(!left.contains("\u{1B}"))
      let lines = left.components(separatedBy: "\r\n")
      #expect(lines.count == 14 + 1 && lines.first == "12 runs, 0 of them done before." && lines.last == "")
      #expect(lines[1..<13].allSatisfy { $0.contains(#/^\[\d+/12\] .* / .* / seed [12]: .* \(\d+ s\)$/#) }, "\(lines)")
      #expect(lines[13] == "12 of 12 runs: 12 finished, 0 diverged, 0 failed. Report: Reports/small.md")
    }

    /// Runs the program with its standard error on a terminal; its exit status, and all that it wrote there.
    private func watch(_ arguments: [String], in program: Program, columns: UInt16) throws -> (Int32, String) {
      var (ours, theirs): (Int32, Int32) = (-1, -1)
      var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
      try #require(openpty(&ours, &theirs, nil, nil, &size) == 0)
      for end in [ours, theirs] { try #require(fcntl(end, F_SETFD, FD_CLOEXEC) == 0) }
      let running = try program.start(arguments, errors: FileHandle(fileDescriptor: theirs))
      close(theirs)
      var (shown, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
      // An error says that nobody has the terminal any more.
      while case let count = read(ours, &buffer, buffer.count), count > 0 { shown += buffer[..<count] }
      close(ours)
      return (try running.end().status, String(decoding: shown, as: UTF8.self))
    }
  }
#endif
