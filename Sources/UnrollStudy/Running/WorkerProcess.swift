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
  private let memoryKills = Resources.memoryKills

  init(_ cell: StudyCell, identity: String, program: String, arguments: [String]) throws {
    (pid, descriptor) = try ChildProcess.startPiped(program, arguments, purpose: "cannot start a run")
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    (self.cell, self.identity) = (cell, identity)
  }

  /// Reads what the pipe holds. False at its end: the process is gone or going.
  func read() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = ChildProcess.readBytes(descriptor, &buffer, buffer.count)
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
    return end == .code(0)
      ? nil : WorkerProcess.problem(end, outOfMemory: end == .signal(SIGKILL) && Resources.memoryKills > memoryKills)
  }

  /// A request for memory that fails aborts the process, and hardly anything else does.
  static func problem(_ end: ChildProcess.End, outOfMemory: Bool) -> String {
    outOfMemory || end == .signal(SIGABRT)
      ? "out of memory: its process ended with \(end); give it a smaller model or batch, or use fewer --jobs"
      : "its process ended with \(end)"
  }

  func stop() { kill(pid, SIGTERM) }
}
