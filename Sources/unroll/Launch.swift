import UnrollCore
import UnrollStudy

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How the program begins.
enum Launch {
  /// Starts the program again with OpenBLAS told to make no threads. Ours has its own; OpenBLAS makes its threads while it is
  /// loaded, before anything can be said to it, and where memory is bounded each asks for it for ever.
  static func withoutIdleThreads() {
    let variable = "OPENBLAS_NUM_THREADS"
    guard getenv(variable).map({ String(cString: $0) }) != "1" else { return }
    setenv(variable, "1", 1)
    // Where that cannot be, the program goes on as it is.
    _ = execv(Machine.executable, CommandLine.unsafeArgv)
  }
}
