import UnrollCore
import UnrollData
import UnrollSystem

/// What happens while a study runs, for whoever shows it.
public enum StudyEvent: Sendable {
  /// `foreign` of the kept ones were left by another build of the program.
  case started(runs: Int, kept: Int, foreign: Int)
  /// Now and then: fraction done of every run in progress, seconds left when that can be told.
  case progress(done: Int, running: [String], failed: Int, left: Int, secondsLeft: Double?)
  case ended(label: String, RunRecord.Status, seconds: Double, detail: String)
}

/// Runs what is missing of a study's grid as single-threaded processes, several at a time.
///
/// A run that has left a record is not run again, unless it failed. Whatever ends this process, the next call goes on. Several
/// runners may share a folder: each run belongs to one of them while it lasts (`RunClaims`).
public final class StudyRunner {
  public struct Summary: Sendable {
    public var finished = 0
    public var diverged = 0
    public var failed = 0
    /// Of the failed ones those whose good record, of another build, is still there.
    public var outlived: Set<String> = []
    /// Stopped by a signal before everything was done.
    public var interrupted = false
    /// Runs that were in progress then: nothing of them is kept.
    public var stopped = 0
  }

  private let study: StudyFile
  private let folder: RunFolder
  private let location: DataLocation
  private let jobs: Int
  private let again: Bool
  private let claims: RunClaims
  private let workerArguments: (StudyCell, String) -> [String]
  private let report: (StudyEvent) -> Void

  private struct Waiting {
    let cell: StudyCell
    let identity: String
    /// What an earlier attempt left.
    let before: RunRecord?
  }

  private var waiting: [Waiting] = []
  private var running: [WorkerProcess] = []
  private var durations: [Double] = []
  private var summary = Summary()

  /// - Parameters:
  ///   - again: also runs what another build of the program has left.
  ///   - workerArguments: the command line of this program that runs one cell and leaves its record.
  public init(
    _ study: StudyFile, _ folder: RunFolder, _ location: DataLocation, jobs: Int, again: Bool = false,
    workerArguments: @escaping (StudyCell, String) -> [String], report: @escaping (StudyEvent) -> Void
  ) {
    self.study = study
    self.folder = folder
    self.location = location
    self.jobs = jobs
    self.again = again
    claims = RunClaims(folder: folder.store.folder)
    self.workerArguments = workerArguments
    self.report = report
  }

  /// - Throws: `InputError` for settings or data that are wrong, before anything is trained.
  public func run() throws -> Summary {
    let cells = try StudyRunner.identified(study.cells(), location)
    try folder.write(grid: cells.map(\.identity), notes: study.notes)
    folder.removeLeftovers()
    defer { claims.end() }
    var foreign = 0
    for item in cells {
      let before = try kept(item.cell, item.identity)
      if let before, isDone(before) {
        count(before)
        if before.environment.build != Machine.build { foreign += 1 }
      } else {
        waiting.append(Waiting(cell: item.cell, identity: item.identity, before: before))
      }
    }
    waiting = StudyRunner.bySeed(waiting, \.cell.cell.seed)
    report(.started(runs: cells.count, kept: cells.count - waiting.count, foreign: foreign))
    Interruption.watch()
    defer { Interruption.ignore() }
    do { try runWaiting() } catch {
      stop()
      throw error
    }
    return summary
  }

  private func runWaiting() throws {
    while !(waiting.isEmpty && running.isEmpty) {
      if Interruption.happened {
        summary.interrupted = true
        return stop()
      }
      while running.count < jobs, try startNext() {}
      if !(waiting.isEmpty && running.isEmpty) { wait() }
    }
  }

  /// All of the first seed, then all of the second: what slows the machine for a while slows all backends alike, and a study that
  /// is stopped has something of everything.
  static func bySeed<Run>(_ runs: [Run], _ seed: (Run) -> Int) -> [Run] {
    runs.map(seed).unique.flatMap { one in runs.filter { seed($0) == one } }
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

  /// What a cell left before; it takes the names and the place that the study gives the cell now.
  private func kept(_ cell: StudyCell, _ identity: String) throws -> RunRecord? {
    guard folder.store.contains(identity) else { return nil }
    var record = try folder.store.read(identity)
    guard record.status != .failed else { return record }
    guard try StudyCell.identity(of: record.settings, dataDigest: record.data.digest) == identity else {
      throw InputError(
        "does not hold the settings and data of the run that it is named after; delete it to have the cell run again",
        file: folder.store.path(of: identity))
    }
    if record.take(namesOf: cell), claims.take(identity) {
      defer { claims.release(identity) }
      try folder.store.write(record)
    }
    return record
  }

  /// Whether a run that has left such a record is not run again.
  public static func isDone(_ record: RunRecord, again: Bool) -> Bool {
    record.status != .failed && !(again && record.environment.build != Machine.build)
  }

  private func isDone(_ record: RunRecord) -> Bool { StudyRunner.isDone(record, again: again) }

  /// Starts the first waiting run that no other runner has, or counts it when another has made it meanwhile. False when others
  /// have all that wait.
  private func startNext() throws -> Bool {
    guard let place = waiting.firstIndex(where: { claims.take($0.identity) }) else { return false }
    let item = waiting.remove(at: place)
    let record = folder.store.contains(item.identity) ? try folder.store.read(item.identity) : nil
    if var record, isDone(record) || record.status == .failed && record != item.before {
      if record.take(namesOf: item.cell) { try folder.store.write(record) }
      claims.release(item.identity)
      end(item.cell, record, seconds: record.cost.seconds, by: ", by another runner")
      return true
    }
    if record?.status == .failed { unlink(folder.store.path(of: item.identity)) }
    running.append(
      try WorkerProcess(
        item.cell, identity: item.identity, program: Machine.program,
        arguments: workerArguments(item.cell, item.identity)))
    return true
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

  /// Counts an ended run; one that left no record gets one that says why, unless another build has left a good one.
  private func settle(_ worker: WorkerProcess) {
    let problem = worker.finish()
    if Interruption.happened && problem != nil {
      (summary.interrupted, summary.stopped) = (true, summary.stopped + 1)
      return
    }
    let seconds = (ContinuousClock.now - worker.started).seconds
    durations.append(seconds)
    let left = try? folder.store.read(worker.identity)
    let isOfAnother = left.map { $0.status != .failed && !isDone($0) } ?? false
    let isItsOwn = !isOfAnother && left.map { problem == nil || $0.status == .failed } ?? false
    let record = isItsOwn ? left! : failure(of: worker, problem ?? "it left no record")
    if isOfAnother {
      summary.outlived.insert(worker.identity)
    } else if !isItsOwn {
      try? folder.store.write(record)
    }
    claims.release(worker.identity)
    end(worker.cell, record, seconds: seconds, by: isOfAnother ? "; the record of another build stays" : "")
  }

  private func end(_ cell: StudyCell, _ record: RunRecord, seconds: Double, by whom: String = "") {
    count(record)
    let detail = (record.failure?.message ?? record.headline) + whom
    report(.ended(label: cell.label, record.status, seconds: seconds, detail: detail))
  }

  private func count(_ record: RunRecord) {
    switch record.status {
    case .finished: summary.finished += 1
    case .diverged: summary.diverged += 1
    case .failed: summary.failed += 1
    }
  }

  private func failure(of worker: WorkerProcess, _ message: String) -> RunRecord {
    var record = RunRecord.empty(worker.cell, identity: worker.identity, .failed, jobs: jobs)
    record.failure = RunRecord.Failure(message: message, step: nil, tensor: nil)
    return record
  }

  private func stop() {
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
}

/// Ctrl-C and SIGTERM: remembered, so that running processes can be ended first.
private enum Interruption {
  // Written by the signal's handler, which may do no more than that.
  nonisolated(unsafe) private static var flag: sig_atomic_t = 0

  static var happened: Bool { flag != 0 }

  static func watch() {
    for number in [SIGINT, SIGTERM] { signal(number) { _ in Interruption.flag = 1 } }
  }

  static func ignore() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}
