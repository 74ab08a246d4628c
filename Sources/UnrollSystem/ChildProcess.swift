import UnrollCore

/// Environment variables of this process.
package enum ProcessVariables {
  /// Folders in which programs are searched.
  package static var path: String? { variable("PATH") }

  /// Where short-lived files go.
  package static var temporaryFolder: String { variable("TMPDIR") ?? "/tmp" }

  /// The user's own folder; empty where nobody has said.
  package static var home: String { variable("HOME") ?? "" }

  private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// Other programs as processes.
package enum ChildProcess {
  #if canImport(Glibc)
    package typealias Actions = posix_spawn_file_actions_t
  #else
    package typealias Actions = posix_spawn_file_actions_t?
  #endif

  /// Starts a program.
  /// - Parameters:
  ///   - environment: `NAME=value` words; nil for this process's own.
  ///   - redirect: says what the child's files are.
  /// - Returns: its process id, or nil with `errno` when it could not start.
  package static func start(
    _ program: String, _ arguments: [String], environment: [String]? = nil, redirect: (inout Actions) -> Void
  ) -> pid_t? {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    redirect(&actions)
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = (environment ?? []).map { strdup($0) } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var process: pid_t = 0
    let status =
      environment == nil
      ? posix_spawn(&process, program, &actions, nil, &words, environ)
      : posix_spawn(&process, program, &actions, nil, &words, &variables)
    errno = status
    return status == 0 ? process : nil
  }

  /// Starts a program whose standard output is a pipe.
  /// - Parameters:
  ///   - purpose: begins the sentence when it cannot be started: `cannot measure`.
  ///   - errors: whether what it writes on standard error goes there too.
  /// - Returns: its process id, and the end of the pipe to read from.
  package static func startPiped(_ program: String, _ arguments: [String], purpose: String, errors: Bool = false) throws
    -> (pid_t, Int32)
  {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw InputError("\(purpose): \(String(cString: strerror(errno)))") }
    let (reading, writing) = (ends[0], ends[1])
    _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
    let child = start(program, arguments) { actions in
      posix_spawn_file_actions_adddup2(&actions, writing, STDOUT_FILENO)
      if errors { posix_spawn_file_actions_adddup2(&actions, writing, STDERR_FILENO) }
      posix_spawn_file_actions_addclose(&actions, writing)
    }
    let problem = errno
    close(writing)
    guard let child else {
      close(reading)
      throw InputError("\(purpose): \(String(cString: strerror(problem)))", file: program)
    }
    return (child, reading)
  }

  /// What `read(2)` returns.
  package static func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
  }

  /// How a process ended.
  package enum End: Equatable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)

    package var description: String {
      switch self {
      case .code(let code): "code \(code)"
      case .signal(let number): "signal \(number) (\(String(cString: strsignal(number))))"
      }
    }
  }

  package static func wait(for process: pid_t) -> End? {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    let signal = status & 0x7f
    return signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
  }

  /// Runs a program to its end with exactly these arguments and variables; what it prints goes to files, so no pipe can block.
  /// - Returns: how it ended, or nil when it could not start.
  package static func run(
    _ program: String, _ arguments: [String], environment: [String], output: String, errors: String
  ) -> End? {
    let process = start(program, arguments, environment: environment) { actions in
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    return process.flatMap(wait)
  }

  /// The first executable file of that name in a list of folders like `PATH`.
  package static func find(_ name: String, in path: String?) -> String? {
    let candidates = (path ?? "").split(separator: ":").map { "\($0)/\(name)" }
    return candidates.first { access($0, X_OK) == 0 }
  }

  /// Gives a fresh folder to `body` and removes it with its files afterwards.
  package static func withTemporaryFolder<T>(_ body: (String) throws -> T) throws -> T {
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
