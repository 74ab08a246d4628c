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
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var child: pid_t = 0
    let status = posix_spawn(&child, program, &actions, nil, &words, environ)
    close(ends[1])
    guard status == 0 else {
      close(ends[0])
      throw InputError("cannot start a run: \(String(cString: strerror(status)))", file: program)
    }
    (self.cell, self.identity, pid, descriptor) = (cell, identity, child, ends[0])
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
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    close(descriptor)
    let signal = status & 0x7f
    if signal != 0 { return "its process was ended by signal \(signal) (\(String(cString: strsignal(signal))))" }
    let code = status >> 8 & 0xff
    return code == 0 ? nil : "its process ended with code \(code)"
  }

  func stop() { kill(pid, SIGTERM) }
}

private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
