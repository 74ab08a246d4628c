#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is read line by line, of which no more than a block and a line lie in memory: for files larger than memory, and for input that comes
/// bit by bit.
package enum LineReader {
  private static let block = 1 << 20

  /// Calls `body` with every line, without its end (`\n` or `\r\n`) and, the first, UTF-8's mark; and its number from 1.
  ///
  /// - Parameter longest: bytes of a line.
  /// - Throws: `InputError` when the file cannot be read or has a longer line; what `body` throws.
  package static func forEachLine(
    of path: String, longest: Int = 1 << 20, _ body: (ArraySlice<UInt8>, Int) throws -> Void
  ) throws {
    _ = try Files.regularSize(path)
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Files.failure("cannot be read", path) }
    defer { close(file) }
    try forEachLine(from: file, called: path, longest: longest, body)
  }

  /// The same of an open file, each line as soon as it is there.
  ///
  /// - Parameter name: of the file, for what is thrown.
  package static func forEachLine(
    from file: Int32, called name: String, longest: Int = 1 << 20, _ body: (ArraySlice<UInt8>, Int) throws -> Void
  ) throws {
    var bytes = [UInt8](repeating: 0, count: block)
    var (rest, number): ([UInt8], Int) = ([], 0)
    func say(_ line: ArraySlice<UInt8>) throws {
      number += 1
      let line = number == 1 && line.starts(with: "\u{FEFF}".utf8) ? line.dropFirst(3) : line
      try body(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, number)
    }
    while case let count = read(file, &bytes, block), count != 0 {
      guard count > 0 else { throw Files.failure("cannot be read", name) }
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
          "this line is longer than \(longest) bytes; is this text?", file: name, line: number + 1)
      }
    }
    if !rest.isEmpty { try say(rest[...]) }
  }

  private static func newline(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    bytes.withUnsafeBytes { raw in
      let found = memchr(raw.baseAddress! + range.lowerBound, Int32(UInt8(ascii: "\n")), range.count)
      return found.map { $0 - UnsafeMutableRawPointer(mutating: raw.baseAddress!) }
    }
  }
}
