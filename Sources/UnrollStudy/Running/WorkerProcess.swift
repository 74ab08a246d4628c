#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import UnrollCore

/// One run as a process of its own: so that its memory is its own, a crash ends nothing else, and cores are used without
/// threads. Its standard output is a pipe of progress lines; when this process dies, writing to the pipe ends it too.
final class WorkerProcess {
  let cell: StudyCell
  let identity: String
  let started = ContinuousClock.now
  private(set) var progress = 0.0
  private let pid: pid_t
  let descriptor: Int32
  private var partial: [UInt8] = []

  init(_ cell: StudyCell, identity: String, program: String, arguments: [String]) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw InputError("cannot start a run: \(String(cString: strerror(errno)))") }
    let (reading, writing) = (ends[0], ends[1])
    _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    let child = ChildProcess.start(program, arguments) { actions in
      posix_spawn_file_actions_adddup2(&actions, writing, STDOUT_FILENO)
      posix_spawn_file_actions_addclose(&actions, writing)
    }
    let problem = errno
    close(writing)
    guard let child else {
      close(reading)
      throw InputError("cannot start a run: \(String(cString: strerror(problem)))", file: program)
    }
    (self.cell, self.identity, pid, descriptor) = (cell, identity, child, reading)
  }

  /// Reads what the pipe holds. False at its end: the process is gone or going.
  func read() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = readBytes(descriptor, &buffer, buffer.count)
      if count == 0 { return false }
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      partial += buffer[..<count]
      take()
    }
  }

  private func take() {
    while let end = partial.firstIndex(of: UInt8(ascii: "\n")) {
      if let value = Double(String(decoding: partial[..<end], as: UTF8.self)) { progress = value }
      partial.removeSubrange(...end)
    }
  }

  /// Waits for the end. Nil when all went well, else what happened.
  func finish() -> String? {
    let end = ChildProcess.wait(for: pid)
    close(descriptor)
    guard let end else { return "nobody knows how its process ended" }
    return end == .code(0) ? nil : "its process ended with \(end)"
  }

  func stop() { kill(pid, SIGTERM) }
}

private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
