#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Removes a file or an empty folder.
func removeEntry(_ path: String) { remove(path) }

/// The value of an environment variable.
func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
