import UnrollCore
import UnrollData
import UnrollSystem

/// Runs what is missing of a study's grid, several runs at a time.
///
/// A run that has left a record is not run again, unless it failed. Whatever ends this process, the next call goes on. Several
/// runners may share a folder: each run belongs to one of them while it lasts (`RunClaims`).
public final class StudyRunner {
  private typealias Group = ThrowingDiscardingTaskGroup<any Error>

  /// A run under way.
  private struct Running {
    /// Tells one start from another: two tasks with equal data are the same run.
    let number: Int
    let turn: RunQueue.Turn
    let started = ContinuousClock.now
    var progress = 0.0
  }

  /// What tasks tell the one that decides.
  private enum News: Sendable {
    case tick
    case progress(number: Int, Double)
    case noted(number: Int, String)
    case ended(number: Int, problem: String?)
    case broken(any Error)
  }

  private let jobs: Int
  private let keep: KeptModels
  private let store: RecordStore
  private let requests: [RunRequest]
  private let queue: RunQueue
  private let launcher: any Launcher
  private let report: (StudyEvent) -> Void
  private let (news, tell) = AsyncStream.makeStream(of: News.self)
  private var running: [Running] = []
  private var starts = 0
  private var durations: [Double] = []
  private var summary = StudySummary()

  /// - Parameters:
  ///   - study: what is asked.
  ///   - folder: where runs and report are left.
  ///   - location: where the data lie.
  ///   - jobs: runs at the same time.
  ///   - again: also runs what another build of the program has left.
  ///   - launcher: makes the runs.
  ///   - report: told what happens, one event at a time.
  /// - Throws: `InputError` for settings or data that are wrong, before anything is trained.
  public init(
    _ study: StudyFile, _ folder: RunFolder, _ location: DataLocation, jobs: Int, again: Bool = false,
    launcher: any Launcher, report: @escaping (StudyEvent) -> Void
  ) throws {
    (self.jobs, self.launcher, self.report) = (jobs, launcher, report)
    (keep, store) = (study.keep, folder.store)
    requests = try study.requests(location)
    let filed = try folder.filed()
    try folder.write(grid: requests.map(\.identity), notes: study.notes, margin: study.margin)
    folder.removeLeftovers()
    if let filed { try folder.unpack(filed) }
    queue = try RunQueue(requests, folder.store, again: again)
  }

  /// To be called once.
  ///
  /// - Throws: `InputError` when no run can be made, or a record cannot be read; `CancellationError`. Runs under way are ended.
  public func run() async throws -> StudySummary {
    defer { queue.end() }
    let foreign = queue.kept.count { $0.environment.build != Machine.build }
    queue.kept.forEach { summary.count($0) }
    summary.stopped = queue.stopped
    report(.started(runs: requests.count, kept: queue.kept.count, foreign: foreign))
    let (models, predictions) = (store.lackingModels(queue.kept, keep), store.lackingPredictions(queue.kept))
    if models + predictions > 0 { report(.lacking(models: models, predictions: predictions)) }
    Interruption.watch()
    defer { Interruption.unwatch() }
    let tell = tell
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await StudyRunner.tick(tell) }
      for await event in news {
        try hear(event)
        if try !goOn(&group) { break }
        reportProgress()
      }
      group.cancelAll()
    }
    try Task.checkCancellation()
    if keep == .best, !summary.interrupted { try store.keepChosenModels(requests) }
    return summary
  }

  /// Other runners give runs back, and signals come, without a word.
  private static func tick(_ tell: AsyncStream<News>.Continuation) async {
    while !Task.isCancelled {
      tell.yield(.tick)
      try? await Task.sleep(for: .milliseconds(200))
    }
  }

  private func hear(_ event: News) throws {
    switch event {
    case .tick: break
    case .progress(let number, let fraction):
      if let index = index(of: number) { running[index].progress = fraction }
    case .noted(let number, let words):
      if let index = index(of: number) { report(.noted(label: running[index].turn.request.cell.label, words)) }
    case .ended(let number, let problem):
      if let index = index(of: number) { end(running.remove(at: index), problem) }
    case .broken(let error): throw error
    }
  }

  private func index(of number: Int) -> Int? { running.firstIndex { $0.number == number } }

  /// Starts what can be started, or ends everything after a signal. False when nothing is left to wait for.
  private func goOn(_ group: inout Group) throws -> Bool {
    if Interruption.happened, !running.isEmpty || queue.count > 0 || summary.underWay > 0 {
      group.cancelAll()
      summary.interrupted = true
      return !running.isEmpty
    }
    while running.count < jobs, let next = try queue.next() {
      switch next {
      case .start(let turn): start(turn, &group)
      case .made(let request, let record):
        end(request, record, seconds: record.cost.seconds, by: ", by another runner")
      }
    }
    return !running.isEmpty || queue.count > 0
  }

  private func start(_ turn: RunQueue.Turn, _ group: inout Group) {
    starts += 1
    running.append(Running(number: starts, turn: turn))
    let (request, number) = (turn.request, starts)
    let (launcher, tell) = (launcher, tell)
    group.addTask {
      do {
        let problem = try await launcher.run(
          request, progress: { tell.yield(.progress(number: number, $0)) },
          note: { tell.yield(.noted(number: number, $0)) })
        tell.yield(.ended(number: number, problem: problem))
      } catch is CancellationError {
        tell.yield(.ended(number: number, problem: "it was stopped"))
      } catch { tell.yield(.broken(error)) }
    }
  }

  /// Counts a run that has ended; one that a signal ended leaves no record.
  private func end(_ run: Running, _ problem: String?) {
    if Interruption.happened && problem != nil {
      summary.underWay += 1
      return
    }
    let seconds = (ContinuousClock.now - run.started).seconds
    durations.append(seconds)
    let (record, isOutlived) = queue.settle(run.turn, problem, jobs: jobs)
    if isOutlived { summary.outlived.insert(record.identity) }
    end(run.turn.request, record, seconds: seconds, by: isOutlived ? "; the record of another build stays" : "")
  }

  private func end(_ request: RunRequest, _ record: RunRecord, seconds: Double, by whom: String) {
    if record.status == .stopped {
      report(.paused(label: request.cell.label, epochs: record.trainedEpochs, seconds: seconds))
    } else {
      summary.count(record)
      let detail = (record.failure?.message ?? record.headline) + whom
      report(.ended(label: request.cell.label, record.status, seconds: seconds, detail: detail))
    }
    if queue.stopped > summary.stopped { report(.stopped(runs: queue.stopped - summary.stopped)) }
    summary.stopped = queue.stopped
  }

  private func reportProgress() {
    report(
      .progress(
        done: summary.finished + summary.diverged,
        running: running.map { "\($0.turn.request.cell.label) \(Int(100 * $0.progress)) %" },
        failed: summary.failed, left: queue.count, secondsLeft: secondsLeft))
  }

  /// From the mean duration of the runs so far.
  private var secondsLeft: Double? {
    guard !durations.isEmpty else { return nil }
    let mean = durations.reduce(0, +) / Double(durations.count)
    let open = Double(queue.count) + running.reduce(0) { $0 + max(0, 1 - $1.progress) }
    return mean * open / Double(jobs)
  }
}
