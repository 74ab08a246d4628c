import CLibrary
import Dispatch
import UnrollCore
import UnrollSystem

/// Every run as a process of this program: so that its memory is its own, a crash ends nothing else, and cores are used without
/// threads. It finds its cell on standard input and prints progress, a number a line, notes, and what went wrong. When this process
/// dies, it ends (`Orphan`).
public struct ProcessLauncher: Launcher {
  private let arguments: [String]

  /// - Parameter arguments: the command line of this program that makes the run of standard input and leaves its record.
  public init(arguments: [String]) { self.arguments = arguments }

  public func run(
    _ request: RunRequest, progress: @escaping @Sendable (Double) -> Void, note: @escaping @Sendable (String) -> Void
  ) async throws -> String? {
    let memoryKills = Resources.memoryKills
    let child = try ChildProcess(Machine.program, arguments, input: request.json(), errors: .output)
    let words = await withTaskCancellationHandler {
      await withCheckedContinuation { waiting in
        // Beside the pool, whose threads are not to be held up by waiting for words.
        DispatchQueue(label: request.identity).async {
          waiting.resume(returning: ProcessLauncher.listen(to: child, progress, note))
        }
      }
    } onCancel: {
      child.send(SIGTERM)
    }
    let end = child.end()
    let killed = end == .signal(SIGKILL) && Resources.memoryKills > memoryKills
    return end == .code(0) ? nil : ProcessLauncher.sentence(end, words, killedForMemory: killed)
  }

  /// What a line begins with that a run wants to have shown.
  public static let noteMark = "note: "

  /// Reads to the end: the first lines that are neither progress nor notes.
  private static func listen(
    to child: ChildProcess, _ progress: (Double) -> Void, _ note: (String) -> Void
  ) -> [String] {
    var (words, partial): ([String], [UInt8]) = ([], [])
    while let bytes = child.next() {
      partial += bytes
      while let end = partial.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: partial[..<end], as: UTF8.self)
        if let value = Double(line) {
          progress(value)
        } else if line.hasPrefix(noteMark) {
          note(String(line.dropFirst(noteMark.count)))
        } else if words.count < 100 {
          words.append(line)
        }
        partial.removeSubrange(...end)
      }
    }
    return words
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
}
