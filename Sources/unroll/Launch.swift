import CLibrary
import UnrollCore
import UnrollStudy
import UnrollSystem

/// How the program begins.
enum Launch {
  /// Where memory is bounded, starts the program again with OpenBLAS told to make no threads. Ours has its own; OpenBLAS makes its
  /// threads while it is loaded, before anything can be said to it, and each asks for memory for ever where it gets none.
  /// Elsewhere they sleep, and a second start would take ten milliseconds.
  static func withoutIdleThreads() {
    let variable = "OPENBLAS_NUM_THREADS"
    guard getenv(variable).map({ String(cString: $0) }) != "1" else { return }
    guard isBounded(RLIMIT_AS) || isBounded(RLIMIT_DATA) else { return }
    setenv(variable, "1", 1)
    // Where that cannot be, the program goes on as it is.
    _ = execv(Machine.executable, CommandLine.unsafeArgv)
  }

  #if canImport(Glibc)
    private static func isBounded(_ resource: __rlimit_resource) -> Bool {
      var limit = rlimit()
      return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 && limit.rlim_cur != .max
    }
  #else
    private static func isBounded(_ resource: Int32) -> Bool {
      var limit = rlimit()
      return getrlimit(resource, &limit) == 0 && limit.rlim_cur < rlim_t(Int64.max)
    }
  #endif
}
