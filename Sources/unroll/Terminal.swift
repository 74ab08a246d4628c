#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Standard output and standard error, and whether somebody watches.
enum Terminal {
  static let isInteractive = isatty(STDERR_FILENO) == 1

  static func complain(_ sentence: String) { write("unroll: \(sentence)\n", to: stderr) }

  static func note(_ line: String) { write(line + "\n", to: stderr) }

  static func write(_ text: String, to stream: UnsafeMutablePointer<FILE>) {
    fputs(text, stream)
    fflush(stream)
  }
}
