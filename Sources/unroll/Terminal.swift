// Streams are variables in C, though nobody changes them.
#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif
import ArgumentParser
import UnrollCore

/// Standard output and standard error, and whether somebody watches.
enum Terminal {
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Characters in a line of the terminal.
  static var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  enum Stream {
    case output, errors

    fileprivate var file: UnsafeMutablePointer<FILE> { self == .output ? stdout : stderr }
  }

  static func complain(_ sentence: String) { write("unroll: \(sentence.printable)\n", to: .errors) }

  /// A path as it was given. An empty one, as an unset variable leaves it, would be the root folder or this one.
  @Sendable static func path(_ argument: String) throws -> String {
    guard !argument.isEmpty else { throw ValidationError("it is empty; give it a path") }
    return Files.expanded(argument)
  }

  static func note(_ line: String) { write(shown(line) + "\n", to: .errors) }

  /// A line on standard output.
  static func say(_ line: String) { write(shown(line) + "\n", to: .output) }

  /// One line without anything that moves the cursor.
  static func shown(_ line: String) -> String { line.printable.replacing("\n", with: " ") }

  /// All that comes on standard input.
  static func input() throws -> [UInt8] {
    var (bytes, block) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
    while case let count = read(STDIN_FILENO, &block, block.count), count != 0 {
      guard count > 0 else { throw Files.failure("cannot be read", "standard input") }
      bytes += block[..<count]
    }
    return bytes
  }

  /// Every line of standard input as it comes, as `LineReader` cuts it, and its number from 1.
  static func forEachLine(_ body: (ArraySlice<UInt8>, Int) throws -> Void) throws {
    try LineReader.forEachLine(from: STDIN_FILENO, called: "standard input", body)
  }

  /// At the end of the program: what standard output did not take must not look like success.
  static func settle() {
    if fflush(stdout) == 0, ferror(stdout) == 0 { return }
    complain("standard output cannot be written\(errno == 0 ? "" : ": \(String(cString: strerror(errno)))")")
    _exit(1)
  }

  /// Ends the program with a sentence when standard output takes no more: what is lost must not look like success.
  static func write(_ text: String, to stream: Stream) { write(Array(text.utf8), to: stream) }

  /// The same with bytes, whatever they are.
  static func write(_ bytes: [UInt8], to stream: Stream) {
    if fwrite(bytes, 1, bytes.count, stream.file) == bytes.count, fflush(stream.file) == 0 { return }
    guard stream == .output else { return }
    complain("standard output cannot be written: \(String(cString: strerror(errno)))")
    _exit(1)
  }
}
