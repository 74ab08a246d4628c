import UnrollCore

/// Ctrl-C and SIGTERM: remembered, so that what runs can be ended first.
package enum Interruption {
  // Written by the signal's handler, which may do no more than that.
  nonisolated(unsafe) private static var flag: sig_atomic_t = 0

  package static var happened: Bool { flag != 0 }

  package static func watch() {
    flag = 0
    for number in [SIGINT, SIGTERM] { signal(number) { _ in Interruption.flag = 1 } }
  }

  package static func unwatch() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}
