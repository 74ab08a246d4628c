#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import UnrollCore
import UnrollData

/// What happens while a study runs, for whoever shows it.
public enum StudyEvent: Sendable {
  case started(runs: Int, kept: Int)
  /// Now and then: fraction done of every run in progress, seconds left when that can be told.
  case progress(done: Int, running: [String], failed: Int, left: Int, secondsLeft: Double?)
  case ended(label: String, RunRecord.Status, seconds: Double, detail: String)
}

/// Runs what is missing of a study's grid as single-threaded processes, several at a time.
///
/// A run that has left a record is not run again, unless it failed. Whatever ends this process, the next call goes on.
public final class StudyRunner {
  public struct Summary: Sendable {
    public var finished = 0
    public var diverged = 0
    public var failed = 0
    /// Stopped by a signal before everything was done.
    public var interrupted = false
    /// Runs that were in progress then: nothing of them is kept.
    public var stopped = 0
  }

  private let study: StudyFile
  private let folder: RunFolder
  private let location: DataLocation
  private let jobs: Int
  private let workerArguments: (StudyCell, String) -> [String]
  private let report: (StudyEvent) -> Void

  private var waiting: [(cell: StudyCell, identity: String)] = []
  private var running: [WorkerProcess] = []
  private var durations: [Double] = []
  private var summary = Summary()

  /// - Parameter workerArguments: the command line of this program that runs one cell and leaves its record.
  public init(
    _ study: StudyFile, _ folder: RunFolder, _ location: DataLocation, jobs: Int,
    workerArguments: @escaping (StudyCell, String) -> [String], report: @escaping (StudyEvent) -> Void
  ) {
    self.study = study
    self.folder = folder
    self.location = location
    self.jobs = jobs
    self.workerArguments = workerArguments
    self.report = report
  }

  /// - Throws: `InputError` for settings or data that are wrong, before anything is trained.
  public func run() throws -> Summary {
    let cells = try StudyRunner.identified(study.cells(), location)
    try folder.write(grid: cells.map(\.identity), notes: study.notes)
    for item in cells {
      switch try kept(item.cell, item.identity) {
      case .finished: summary.finished += 1
      case .diverged: summary.diverged += 1
      case .failed, nil: waiting.append(item)
      }
    }
    report(.started(runs: cells.count, kept: cells.count - waiting.count))
    Interruption.watch()
    defer { Interruption.ignore() }
    while !(waiting.isEmpty && running.isEmpty) {
      if Interruption.happened {
        stop()
        break
      }
      while running.count < jobs, !waiting.isEmpty { try start(waiting.removeFirst()) }
      wait()
    }
    return summary
  }

  /// Every cell with its identity; each data set is read once, which also finds what is wrong with it.
  public static func identified(
    _ cells: [StudyCell], _ location: DataLocation
  ) throws -> [(cell: StudyCell, identity: String)] {
    var digests: [String: String] = [:]
    return try cells.map { cell in
      let key = cell.request.resolved.description + cell.cell.task
      if digests[key] == nil { digests[key] = try cell.request.load(location).digest }
      return (cell, try cell.identity(dataDigest: digests[key]!))
    }
  }

  /// What became of a cell before; its record takes the names and the place that the study gives it now.
  private func kept(_ cell: StudyCell, _ identity: String) throws -> RunRecord.Status? {
    guard folder.store.contains(identity) else { return nil }
    var record = try folder.store.read(identity)
    if record.take(namesOf: cell) { try folder.store.write(record) }
    return record.status
  }

  private func start(_ item: (cell: StudyCell, identity: String)) throws {
    unlink(folder.store.path(of: item.identity))  // of an attempt that failed
    running.append(
      try WorkerProcess(
        item.cell, identity: item.identity, program: Machine.executable,
        arguments: workerArguments(item.cell, item.identity)))
  }

  /// Sleeps until a run says something or ends, a second at most.
  private func wait() {
    var polls = running.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    poll(&polls, nfds_t(polls.count), 1000)
    let ended = running.filter { !$0.read() }
    for worker in ended {
      running.removeAll { $0 === worker }
      settle(worker)
    }
    report(
      .progress(
        done: summary.finished + summary.diverged, running: running.map { "\($0.label) \(Int(100 * $0.progress)) %" },
        failed: summary.failed, left: waiting.count, secondsLeft: secondsLeft))
  }

  /// Counts an ended run; one that left no record gets one that says why.
  private func settle(_ worker: WorkerProcess) {
    let problem = worker.finish()
    if Interruption.happened && problem != nil {
      (summary.interrupted, summary.stopped) = (true, summary.stopped + 1)
      return
    }
    let seconds = (ContinuousClock.now - worker.started).seconds
    durations.append(seconds)
    let record = (try? folder.store.read(worker.identity)) ?? failure(of: worker, problem ?? "it left no record")
    switch record.status {
    case .finished: summary.finished += 1
    case .diverged: summary.diverged += 1
    case .failed: summary.failed += 1
    }
    report(
      .ended(label: worker.label, record.status, seconds: seconds, detail: record.failure?.message ?? record.headline))
  }

  private func failure(of worker: WorkerProcess, _ message: String) -> RunRecord {
    var record = RunRecord.empty(worker.cell, identity: worker.identity, .failed)
    record.failure = RunRecord.Failure(message: message, step: nil, tensor: nil)
    try? folder.store.write(record)
    return record
  }

  private func stop() {
    summary.interrupted = true
    running.forEach { $0.stop() }
    running.forEach(settle)
    running = []
  }

  /// From the mean duration of the runs so far.
  private var secondsLeft: Double? {
    guard !durations.isEmpty else { return nil }
    let mean = durations.reduce(0, +) / Double(durations.count)
    let open = Double(waiting.count) + running.reduce(0) { $0 + max(0, 1 - $1.progress) }
    return mean * open / Double(jobs)
  }
}

extension WorkerProcess {
  var label: String { cell.label }
}

extension StudyCell {
  /// `task / backend / seed n`.
  public var label: String { "\(cell.task) / \(cell.backend) / seed \(cell.seed)" }
}

extension RunRecord {
  /// Neither names nor order are part of a run's identity. True when there was something to change.
  fileprivate mutating func take(namesOf other: StudyCell) -> Bool {
    guard (study, question) != (other.study, other.question) || cell != other.cell || order != other.order else {
      return false
    }
    (study, question, cell, order) = (other.study, other.question, other.cell, other.order)
    return true
  }

  /// The primary metric on the test split, for a line of progress.
  var headline: String {
    guard let metric = metrics.first, let value = scores["test"]?[metric.name] else { return "" }
    return metric.unit == "percent" ? "\(metric.name) \(rounded(100 * value)) %" : "\(metric.name) \(rounded(value))"
  }

  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}

/// Ctrl-C and SIGTERM: remembered, so that running processes can be ended first.
private enum Interruption {
  nonisolated(unsafe) private static var flag: sig_atomic_t = 0

  static var happened: Bool { flag != 0 }

  static func watch() {
    for number in [SIGINT, SIGTERM] { signal(number) { _ in Interruption.flag = 1 } }
  }

  static func ignore() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}
