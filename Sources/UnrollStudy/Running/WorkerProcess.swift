import UnrollCore
import UnrollSystem

/// One run as a process of its own: so that its memory is its own, a crash ends nothing else, and cores are used without
/// threads. What it prints goes into a pipe: progress, a number a line, and what went wrong. When this process dies, writing to
/// the pipe ends it too.
final class WorkerProcess {
  let cell: StudyCell
  let identity: String
  let started = ContinuousClock.now
  private(set) var progress = 0.0
  private let pid: pid_t
  let descriptor: Int32
  private var partial: [UInt8] = []
  private let memoryKills = Resources.memoryKills
  /// The first lines that are no progress.
  private var words: [String] = []

  init(_ cell: StudyCell, identity: String, program: String, arguments: [String]) throws {
    (pid, descriptor) = try ChildProcess.startPiped(program, arguments, purpose: "cannot start a run", errors: true)
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
      let line = String(decoding: partial[..<end], as: UTF8.self)
      if let value = Double(line) { progress = value } else if words.count < 100 { words.append(line) }
      partial.removeSubrange(...end)
    }
  }

  /// Waits for the end. Nil when all went well, else what happened.
  func finish() -> String? {
    let end = ChildProcess.wait(for: pid)
    close(descriptor)
    guard let end else { return "nobody knows how its process ended" }
    let killed = end == .signal(SIGKILL) && Resources.memoryKills > memoryKills
    return end == .code(0) ? nil : WorkerProcess.sentence(end, words, killedForMemory: killed)
  }

  private static let memoryWords = ["out of memory", "cannot allocate memory", "failed to allocate", "bad_alloc"]

  /// Why a process ended, from how it ended and what it said.
  static func sentence(_ end: ChildProcess.End, _ words: [String], killedForMemory: Bool = false) -> String {
    let own = "unroll: "
    if let complaint = words.first(where: { $0.hasPrefix(own) }) { return String(complaint.dropFirst(own.count)) }
    let how = "its process ended with \(end)"
    let cause = words.first { line in memoryWords.contains { line.lowercased().contains($0) } }
    let fatal = words.first { $0.contains("Fatal error") }
    let said = cause ?? fatal ?? words.first { $0.contains { !$0.isWhitespace } }
    let told = how + (said.map { " (\($0))" } ?? "")
    if killedForMemory || cause != nil {
      return "out of memory: \(told); give it a smaller model or batch, or use fewer --jobs"
    }
    if end == .signal(SIGKILL) { return "\(told), as when the machine's memory is full" }
    if end == .signal(SIGABRT), said == nil { return "\(told), as when memory runs out" }
    return told
  }

  func stop() { kill(pid, SIGTERM) }
}
