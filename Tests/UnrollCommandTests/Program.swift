import Foundation
import TestSupport
import UnrollCore

/// The built program, run as people run it, in a folder of its own.
final class Program {
  struct Ended {
    let status: Int32
    let output: String
    let errors: String

    /// Lines on standard error.
    var sentences: [String] { errors.split(separator: "\n").map(String.init) }
  }

  private let scratch = Scratch()
  var folder: String { scratch.path }

  init(_ files: [String: String] = [:]) throws {
    for (name, text) in files { try write(name, text) }
  }

  /// `unroll`, built beside the bundle of the tests.
  static let path: String = {
    let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
    let parts = bundle.components(separatedBy: "/")
    let end = parts.firstIndex { $0.hasSuffix(".xctest") } ?? parts.count - 1
    let folder = parts[..<end].joined(separator: "/")
    return URL(fileURLWithPath: folder.isEmpty ? "unroll" : folder + "/unroll").path
  }()

  func write(_ name: String, _ text: String) throws { try scratch.write(name, text) }

  func read(_ name: String) throws -> String { String(decoding: try Files.read("\(folder)/\(name)"), as: UTF8.self) }

  func exists(_ name: String) -> Bool { Files.exists("\(folder)/\(name)") }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }

  /// Every file below the folder, sorted.
  var files: [String] {
    let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return all.filter { name in
      let type = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.type] as? FileAttributeType
      return type == .typeRegular
    }.sorted()
  }

  /// The records of its studies, sorted.
  var records: [String] { files.filter { $0.contains("/records/") && $0.hasSuffix(".json") } }

  /// Bytes and time of last change of some files.
  func stamps(_ names: [String]) throws -> [String: String] {
    try names.reduce(into: [:]) { stamps, name in
      let date = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.modificationDate] as? Date
      stamps[name] = "\(date?.timeIntervalSince1970 ?? 0) \(Digest.hex(try Files.read("\(folder)/\(name)")))"
    }
  }

  func run(_ arguments: String...) throws -> Ended { try start(arguments).end() }

  /// - Parameters:
  ///   - errors: where its standard error goes, if not to `end`.
  ///   - input: a file of the folder that it reads on standard input.
  func start(_ arguments: [String], errors: FileHandle? = nil, input: String? = nil) throws -> Running {
    try Running(arguments, in: folder, errors: errors, input: input)
  }

  /// Runs a script of commands in the folder, with `unroll` among them, until the first that fails.
  func shell(_ script: String) throws -> Ended {
    try Running(["-euo", "pipefail", "-c", script], in: folder, errors: nil, program: "/bin/bash").end()
  }

  /// A process that goes on.
  final class Running {
    private let process = Process()
    /// What it prints, as files outside of its folder, so that no pipe fills and the folder holds its work alone.
    private let printed = Scratch()

    init(
      _ arguments: [String], in folder: String, errors: FileHandle?, input: String? = nil,
      program: String = Program.path
    ) throws {
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      var environment = ProcessInfo.processInfo.environment
      for name in ["COLUMNS", "UNROLL_DATA", "UNROLL_DATA_DEFAULT"] { environment[name] = nil }
      environment["PATH"] = Files.parent(of: Program.path) + ":" + (environment["PATH"] ?? "")
      process.environment = environment
      process.standardInput =
        input.flatMap { FileHandle(forReadingAtPath: "\(folder)/\($0)") } ?? FileHandle.nullDevice
      for (kind, name) in [(true, "output"), (false, "errors")] {
        try printed.write(name, "")
        let handle = FileHandle(forWritingAtPath: "\(printed.path)/\(name)")
        if kind { process.standardOutput = handle } else { process.standardError = errors ?? handle }
      }
      try Running.withSignals { try process.run() }
    }

    /// A child inherits what its parent's thread blocks, and threads that run tests block everything.
    private static func withSignals(_ body: () throws -> Void) rethrows {
      var (none, before) = (sigset_t(), sigset_t())
      sigemptyset(&none)
      pthread_sigmask(SIG_SETMASK, &none, &before)
      defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
      try body()
    }

    var identifier: pid_t { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    func signal(_ number: Int32) { kill(identifier, number) }

    /// Waits; the status of a process that a signal ended is 128 plus the signal's number.
    func end() throws -> Ended {
      process.waitUntilExit()
      let status =
        process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
      func text(_ name: String) throws -> String {
        String(decoding: try Files.read("\(printed.path)/\(name)"), as: UTF8.self)
      }
      return Ended(status: status, output: try text("output"), errors: try text("errors"))
    }
  }

  /// Waits until something holds, ten seconds at most. Whether it did.
  static func wait(until condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<1000 {
      if try condition() { return true }
      usleep(10_000)
    }
    return try condition()
  }
}

#if os(Linux)
  /// Processes as the kernel shows them.
  enum Processes {
    static func children(of parent: pid_t) -> [pid_t] {
      let names = (try? Files.list("/proc")) ?? []
      return names.compactMap { pid_t($0) }.filter { status($0)?.parent == parent }
    }

    /// Not a process that has ended and waits to be asked for.
    static func isAlive(_ process: pid_t) -> Bool { status(process).map { $0.state != "Z" } ?? false }

    private static func status(_ process: pid_t) -> (state: String, parent: pid_t)? {
      guard let bytes = try? Files.read("/proc/\(process)/stat") else { return nil }
      // PID (NAME) STATE PPID …; a name may hold anything.
      let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 1 ? pid_t(fields[1]).map { (String(fields[0]), $0) } : nil
    }
  }
#endif
