import UnrollCore
import UnrollSystem

/// The runs of a study that wait for their turn, and what is known of the others from their records.
///
/// It deletes nothing, and nothing takes the place of a record with scores but the record of the same run made again.
final class RunQueue {
  struct Turn: Sendable {
    let request: RunRequest
    /// What an earlier attempt left.
    let before: RunRecord?
  }

  enum Next {
    case start(Turn)
    /// Another runner has made it meanwhile.
    case made(RunRequest, RunRecord)
  }

  /// The records that stand for their runs already.
  private(set) var kept: [RunRecord] = []
  private let requests: [RunRequest]
  private var waiting: [Turn] = []
  /// What earlier attempts left, and what stands for runs by now: by identity.
  private var before: [String: RunRecord] = [:]
  private var known: [String: RunRecord] = [:]
  /// Turns that there were, each by the place of its request and its stop, and requests of which nothing is left to do.
  private var turns: Set<[Int]> = []
  private var done: Set<Int> = []
  private let store: RecordStore
  private let claims: RunClaims
  private let again: Bool

  /// - Parameter again: also makes runs of which another build of the program has left the record.
  /// - Throws: `InputError` for a record that is not that of its run.
  init(_ requests: [RunRequest], _ store: RecordStore, again: Bool) throws {
    (self.store, self.again) = (store, again)
    self.requests = RunQueue.bySeed(requests, \.cell.cell.seed)
    claims = RunClaims(folder: store.folder)
    for request in self.requests {
      let record = try found(request)
      before[request.identity] = record
      if let record, record.status != .failed, !(again && record.isForeign) { known[request.identity] = record }
    }
    openTurns()
    kept = done.sorted().compactMap { known[self.requests[$0].identity] }
  }

  var count: Int { waiting.count }

  /// Runs that a search has stopped for good.
  private(set) var stopped = 0

  /// Lets wait what is to be made by what is known now, each once.
  private func openTurns() {
    for (place, step) in requests.steps(known).enumerated() {
      let request = requests[place]
      let record = known[request.identity]
      switch step {
      case .run(let stop):
        guard turns.insert([place, stop ?? 0]).inserted else { continue }
        waiting.append(Turn(request: request.stopping(after: stop), before: record ?? before[request.identity]))
      case .nothing:
        guard done.insert(place).inserted, let record, record.status != .failed else { continue }
        if record.status == .stopped { stopped += 1 }
        // Who wrote the record may have been killed before its checkpoint was removed; what a search has stopped goes on no more.
        if !record.isForeign { try? store.removeCheckpoint(of: request.identity) }
      case .wait: break
      }
    }
  }

  /// All of the first seed, then all of the second: what slows the machine for a while slows all backends alike, and a study that
  /// is stopped has something of everything. Of all runs, so that one that goes on keeps the order.
  static func bySeed<Run>(_ runs: [Run], _ seed: (Run) -> Int) -> [Run] {
    runs.map(seed).unique.flatMap { one in runs.filter { seed($0) == one } }
  }

  /// The record of a run, which takes the names and the order that the study gives the cell now.
  private func found(_ request: RunRequest) throws -> RunRecord? {
    let identity = request.identity
    guard store.contains(identity) else { return nil }
    var record = try store.read(identity)
    guard record.status != .failed else { return record }
    try record.requireIdentity(file: store.path(of: identity))
    if record.take(namesOf: request.cell), claims.take(identity) {
      defer { claims.release(identity) }
      try store.write(record)
    }
    return record
  }

  /// The first waiting run that no other runner has; nil when others have all that wait.
  func next() throws -> Next? {
    guard let index = waiting.firstIndex(where: { claims.take($0.request.identity) }) else { return nil }
    let turn = waiting.remove(at: index)
    let (request, identity) = (turn.request, turn.request.identity)
    guard store.contains(identity) else { return .start(turn) }
    var record = try store.read(identity)
    guard record.isDone(again: again, until: request.stop) || record.isFailure(after: turn.before) else {
      return .start(turn)
    }
    if record.take(namesOf: request.cell) { try store.write(record) }
    claims.release(identity)
    learn(record)
    return .made(request, record)
  }

  /// What stands for a run that has ended: the record that it has left, or a failure. That becomes its record, unless another build
  /// has left a good one.
  ///
  /// - Parameters:
  ///   - problem: what went wrong, when nothing else says it.
  ///   - jobs: for the record.
  func settle(_ turn: Turn, _ problem: String?, jobs: Int) -> (record: RunRecord, isOutlived: Bool) {
    let identity = turn.request.identity
    defer { claims.release(identity) }
    let result = left(by: turn, problem, jobs: jobs)
    learn(result.record)
    return result
  }

  private func learn(_ record: RunRecord) {
    known[record.identity] = record
    openTurns()
  }

  private func left(by turn: Turn, _ problem: String?, jobs: Int) -> (record: RunRecord, isOutlived: Bool) {
    let left = try? store.read(turn.request.identity)
    if let left,
      left.isDone(again: again, until: turn.request.stop) || left.isFailure(after: turn.before) || left.tells(problem)
    {
      return (left, false)
    }
    let failure = RunRecord.failure(of: turn.request, problem ?? "it left no record", jobs: jobs)
    if let left, left.hasEnded { return (failure, true) }
    try? store.write(failure)
    return (failure, false)
  }

  /// Gives back what is claimed.
  func end() { claims.end() }
}

extension RunRecord {
  /// Whether another build of the program has left it.
  var isForeign: Bool { environment.build != Machine.build }

  /// Whether the run came to its end, with scores or without.
  var hasEnded: Bool { status == .finished || status == .diverged }

  /// Whether the run is not made again.
  ///
  /// - Parameter stop: epochs that are enough; nil for the end.
  func isDone(again: Bool, until stop: Int?) -> Bool {
    (hasEnded || status == .stopped && stop.map(hasReached) ?? false) && !(again && isForeign)
  }

  /// - Throws: `InputError` when it has the scores of other settings or data than its identity says.
  func requireIdentity(file: String, line: Int? = nil) throws {
    guard try status == .failed || StudyCell.identity(of: settings, dataDigest: data.digest) == identity else {
      throw InputError(
        "does not hold the settings and data of the run that it is named after; delete it to have the cell run again",
        file: file, line: line)
    }
  }

  /// Whether it is a failure that says this, and perhaps more.
  fileprivate func tells(_ problem: String?) -> Bool {
    guard status == .failed, let problem else { return false }
    return failure?.message.hasPrefix(problem) ?? false
  }

  /// Whether it failed since `before` was left.
  fileprivate func isFailure(after before: RunRecord?) -> Bool { status == .failed && self != before }

  /// With the names and the order that a study gives it, which are no part of a run's identity.
  func named(as other: StudyCell) -> RunRecord {
    var record = self
    (record.study, record.question, record.cell, record.order) = (other.study, other.question, other.cell, other.order)
    return record
  }

  /// True when there was something to change.
  fileprivate mutating func take(namesOf other: StudyCell) -> Bool {
    guard (study, question) != (other.study, other.question) || cell != other.cell || order != other.order else {
      return false
    }
    self = named(as: other)
    return true
  }
}
