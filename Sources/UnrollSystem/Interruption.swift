import CLibrary
import Dispatch
import UnrollCore

/// Ctrl-C, SIGTERM, and SIGUSR1, with which batch systems warn: remembered, so that what runs can be ended first.
package enum Interruption {
  // Written by the signal's handler, which may do no more than that.
  nonisolated(unsafe) private static var flag: sig_atomic_t = 0
  // Changed under `changing` alone, as what they count and hold is the process's.
  nonisolated(unsafe) private static var watchers = 0
  nonisolated(unsafe) private static var before: [(number: Int32, action: sigaction)] = []
  private static let changing = DispatchSemaphore(value: 1)

  package static var happened: Bool { flag != 0 }

  /// To be ended by `unwatch`. Of several that watch at once, the last to leave sets back what was there before the first.
  package static func watch() {
    changing.wait()
    defer { changing.signal() }
    watchers += 1
    guard watchers == 1 else { return }
    flag = 0
    before = [SIGINT, SIGTERM, SIGUSR1].map { number in
      var action = sigaction()
      sigaction(number, nil, &action)
      signal(number) { _ in Interruption.flag = 1 }
      return (number, action)
    }
  }

  package static func unwatch() {
    changing.wait()
    defer { changing.signal() }
    watchers -= 1
    guard watchers == 0 else { return }
    flag = 0
    for (number, action) in before { _ = withUnsafePointer(to: action) { sigaction(number, $0, nil) } }
  }
}
