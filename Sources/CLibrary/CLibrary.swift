// The C library, whose module has another name on every system, for whoever imports this one.
#if canImport(Glibc)
  @_exported import Glibc
#else
  @_exported import Darwin
#endif
