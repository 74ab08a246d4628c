#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import UnrollCore

/// Environment variables of this process.
enum ProcessVariables {
  /// Folders in which programs are searched.
  static var path: String? { variable("PATH") }

  /// Where short-lived files go.
  static var temporaryFolder: String { variable("TMPDIR") ?? "/tmp" }

  private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// Another program, run to its end.
enum ChildProcess {
  /// Starts a program with exactly these arguments and variables; what it prints goes to files, so no pipe can block.
  /// - Returns: its exit status, 128 plus the number of the signal that ended it, or nil when it could not start.
  static func run(
    _ program: String, _ arguments: [String], environment: [String], output: String, errors: String
  ) -> Int32? {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var process: pid_t = 0
    guard posix_spawn(&process, program, &actions, nil, &words, &variables) == 0 else { return nil }
    return wait(for: process)
  }

  private static func wait(for process: pid_t) -> Int32? {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  /// The first executable file of that name in a list of folders like `PATH`.
  static func find(_ name: String, in path: String?) -> String? {
    let candidates = (path ?? "").split(separator: ":").map { "\($0)/\(name)" }
    return candidates.first { access($0, X_OK) == 0 }
  }

  /// Gives a fresh folder to `body` and removes it with its files afterwards.
  static func withTemporaryFolder<T>(_ body: (String) throws -> T) throws -> T {
    var template = Array("\(ProcessVariables.temporaryFolder)/unroll-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw InputError("no folder for temporary files can be made; set TMPDIR", file: ProcessVariables.temporaryFolder)
    }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
      for name in (try? Files.list(folder)) ?? [] { unlink("\(folder)/\(name)") }
      rmdir(folder)
    }
    return try body(folder)
  }
}
