import CLibrary
import UnrollCore

/// Which runs of a folder are under way, so that several runners share it: one byte of a file for each, locked while it runs.
///
/// The system takes a lock back when its process ends, however it ends: no claim outlives its runner. Between machines that share
/// a folder the file system does the same. Where it has no locks, every run is free, and at worst made twice.
final class RunClaims {
  private let path: String
  private var file: Int32 = -1

  init(folder: String) { path = "\(folder)/runs.lock" }

  deinit { end() }

  /// Whether the run is this process's own from now on.
  func take(_ identity: String) -> Bool {
    while true {
      if file < 0 { file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
      guard file >= 0 else { return true }
      if lock(F_WRLCK, RunClaims.offset(identity), 1) {
        if isInPlace { return true }
      } else if errno != ESTALE {
        return errno != EACCES && errno != EAGAIN
      }
      // Its last user removed the file after it was opened here; whoever came since has a new one.
      leave()
    }
  }

  func release(_ identity: String) { _ = lock(F_UNLCK, RunClaims.offset(identity), 1) }

  /// Gives everything back. Whoever is the last removes the file.
  func end() {
    guard file >= 0 else { return }
    if lock(F_WRLCK, 0, 0), isInPlace { unlink(path) }
    leave()
  }

  private func leave() {
    close(file)
    file = -1
  }

  /// Without waiting; a length of zero is the whole file.
  private func lock(_ kind: Int32, _ start: Int64, _ length: Int64) -> Bool {
    var request = flock()
    request.l_type = Int16(kind)
    request.l_whence = Int16(SEEK_SET)
    request.l_start = off_t(start)
    request.l_len = off_t(length)
    return fcntl(file, F_SETLK, &request) == 0
  }

  /// Whether the file that is open is the one that others find.
  private var isInPlace: Bool {
    var (mine, theirs) = (stat(), stat())
    return fstat(file, &mine) == 0 && stat(path, &theirs) == 0 && mine.st_ino == theirs.st_ino
      && mine.st_dev == theirs.st_dev
  }

  /// Sixty bits of the identity.
  private static func offset(_ identity: String) -> Int64 { Int64(identity.prefix(15), radix: 16) ?? 0 }
}
