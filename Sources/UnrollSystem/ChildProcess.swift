import CLibrary
import Dispatch
import UnrollCore

/// Another program as a process. What it prints comes through one pipe, which is read to its end; what it reads lies in another one, or
/// where that is too small, as what it complains of, in a file without a name. So neither side waits for the other.
package struct ChildProcess: Sendable {
  /// Where its standard error goes.
  package enum Errors: Sendable {
    /// Where that of this process goes.
    case inherited
    /// Into the pipe.
    case output
    /// To `finish`.
    case kept
  }

  /// How a process ended.
  package enum End: Equatable, Sendable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)
    case unknown

    package var description: String {
      switch self {
      case .code(let code): "code \(code)"
      case .signal(let number): "signal \(number) (\(String(cString: strsignal(number))))"
      case .unknown: "nobody knows what"
      }
    }
  }

  package let identifier: pid_t
  private let output: Int32
  private let complaints: Int32?

  /// One start at a time: a descriptor that gets into the process of another start would keep its pipe open.
  private static let starting = DispatchSemaphore(value: 1)

  /// Starts a program.
  /// - Parameters:
  ///   - environment: `NAME=value` words; nil for this process's own.
  ///   - input: what it finds on its standard input.
  /// - Throws: `InputError` when it cannot be started; the program is its file.
  package init(
    _ program: String, _ arguments: [String], environment: [String]? = nil, input: [UInt8] = [],
    errors: Errors = .inherited
  ) throws {
    ChildProcess.starting.wait()
    defer { ChildProcess.starting.signal() }
    let source = try ChildProcess.readable(input)
    defer { close(source) }
    let (reading, writing) = try ChildProcess.makePipe()
    defer { close(writing) }
    output = reading
    do {
      complaints = try errors == .kept ? ChildProcess.nameless([]) : nil
    } catch {
      close(reading)
      throw error
    }
    do {
      identifier = try ChildProcess.spawn(
        program, arguments, environment, [source, writing, errors == .output ? writing : complaints])
    } catch {
      [reading, complaints].compactMap { $0 }.forEach { close($0) }
      throw error
    }
  }

  /// What it has printed since; nil at the end of its output. Waits until there is something, at most so many milliseconds: then
  /// there may be nothing.
  package func next(within milliseconds: Int32 = -1) -> [UInt8]? {
    var wait = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, milliseconds) > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(output, &buffer, buffer.count)
    if count < 0 { return errno == EINTR ? [] : nil }
    return count == 0 ? nil : Array(buffer[..<count])
  }

  /// Waits for its end. To be called once, by whoever knows that nobody calls `send` any more: after it the number may be that of
  /// another process.
  package func end() -> End {
    close(output)
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0 {
      guard errno == EINTR else { return .unknown }
    }
    let signal = status & 0x7f
    return signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
  }

  /// Everything that it prints, what it complains of where that is kept, and how it ends.
  package func finish() -> (output: [UInt8], complaints: [UInt8], end: End) {
    var all: [UInt8] = []
    while let more = next() { all += more }
    let end = end()
    guard let complaints else { return (all, [], end) }
    defer { close(complaints) }
    var said = [UInt8](repeating: 0, count: 1 << 16)
    let count = pread(complaints, &said, said.count, 0)
    return (all, Array(said.prefix(max(0, count))), end)
  }

  package func send(_ signal: Int32) { kill(identifier, signal) }
}

extension ChildProcess {
  private static func failure(_ number: Int32, _ what: String, _ file: String) -> InputError {
    InputError("\(what): \(String(cString: strerror(number)))", file: file)
  }

  private static func makePipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw failure(errno, "a pipe cannot be made", Machine.program) }
    ends.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// A descriptor from which these bytes can be read: a pipe that takes them at once, or else a file.
  private static func readable(_ bytes: [UInt8]) throws -> Int32 {
    let (reading, writing) = try makePipe()
    defer { close(writing) }
    _ = fcntl(writing, F_SETFL, O_NONBLOCK)
    if bytes.isEmpty || write(writing, bytes, bytes.count) == bytes.count { return reading }
    close(reading)
    return try nameless(bytes)
  }

  /// A file without a name that holds these bytes, open at its beginning.
  private static func nameless(_ bytes: [UInt8]) throws -> Int32 {
    let folder = ProcessVariables.temporaryFolder
    var template = Array("\(folder)/unroll-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else { throw failure(errno, "no temporary file can be made here; set TMPDIR", folder) }
    unlink(template)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    guard pwrite(file, bytes, bytes.count, 0) == bytes.count else {
      defer { close(file) }
      throw failure(errno, "a temporary file cannot be written", folder)
    }
    return file
  }

  /// - Parameter files: its standard input, output and error; nil for what this process has.
  private static func spawn(
    _ program: String, _ arguments: [String], _ environment: [String]?, _ files: [Int32?]
  ) throws -> pid_t {
    #if canImport(Glibc)
      var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
    #else
      var (actions, attributes): (posix_spawn_file_actions_t?, posix_spawnattr_t?) = (nil, nil)
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (descriptor, file) in files.enumerated() {
      if let file { posix_spawn_file_actions_adddup2(&actions, file, Int32(descriptor)) }
    }
    // A process inherits what the thread that starts it blocks, and the threads of a pool block all signals.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = (environment ?? []).map { strdup($0) } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var process: pid_t = 0
    let problem =
      environment == nil
      ? posix_spawn(&process, program, &actions, &attributes, &words, environ)
      : posix_spawn(&process, program, &actions, &attributes, &words, &variables)
    guard problem == 0 else { throw failure(problem, "cannot be started", program) }
    return process
  }
}
