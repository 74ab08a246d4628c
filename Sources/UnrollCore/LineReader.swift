#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file line by line, of which no more than a block and a line lie in memory: for files larger than memory.
package enum LineReader {
  private static let block = 1 << 20

  /// Calls `body` with every line, without its end (`\n` or `\r\n`), and its number from 1.
  ///
  /// - Parameters:
  ///   - longest: bytes of a line.
  ///   - progress: gets the share of the file that is read, now and then.
  /// - Throws: `InputError` when the file cannot be read or has a longer line; what `body` throws.
  package static func forEachLine(
    of path: String, longest: Int = 1 << 20, progress: ((Double) -> Void)? = nil,
    _ body: (ArraySlice<UInt8>, Int) throws -> Void
  ) throws {
    let size = max(1, try Files.regularSize(path))
    guard let file = fopen(path, "rbe") else { throw Files.failure("cannot be read", path) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: block)
    var (rest, number, read): ([UInt8], Int, Int) = ([], 0, 0)
    func say(_ line: ArraySlice<UInt8>) throws {
      number += 1
      try body(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, number)
    }
    while case let count = fread(&bytes, 1, block, file), count > 0 {
      var start = 0
      while let end = newline(bytes, start..<count) {
        if rest.isEmpty {
          try say(bytes[start..<end])
        } else {
          rest += bytes[start..<end]
          try say(rest[...])
          rest.removeAll(keepingCapacity: true)
        }
        start = end + 1
      }
      rest += bytes[start..<count]
      guard rest.count <= longest else {
        throw InputError(
          "this line is longer than \(longest) bytes; is this a text file?", file: path, line: number + 1)
      }
      read += count
      progress?(min(1, Double(read) / Double(size)))
    }
    guard ferror(file) == 0 else { throw Files.failure("cannot be read", path) }
    if !rest.isEmpty { try say(rest[...]) }
  }

  private static func newline(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    bytes.withUnsafeBytes { raw in
      let found = memchr(raw.baseAddress! + range.lowerBound, Int32(UInt8(ascii: "\n")), range.count)
      return found.map { $0 - UnsafeMutableRawPointer(mutating: raw.baseAddress!) }
    }
  }
}
