import CLibrary
import UnrollCore
import Dispatch

/// A run without the study that it belongs to.
package enum Orphan {
  /// Ends this process as soon as nobody can read its standard output any more. Writing progress would end it too, but only
  /// at the next evaluation, minutes after the study's process was killed.
  package static func endsItself() {
    DispatchQueue.global().async {
      var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
      while poll(&output, 1, -1) < 0 && errno == EINTR {}
      if Int32(output.revents) & (POLLERR | POLLHUP) != 0 { _exit(1) }
    }
  }
}
