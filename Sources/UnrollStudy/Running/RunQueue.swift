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
  private var waiting: [Turn] = []
  private let store: RecordStore
  private let claims: RunClaims
  private let again: Bool

  /// - Parameter again: also makes runs of which another build of the program has left the record.
  /// - Throws: `InputError` for a record that is not that of its run.
  init(_ requests: [RunRequest], _ store: RecordStore, again: Bool) throws {
    (self.store, self.again) = (store, again)
    claims = RunClaims(folder: store.folder)
    for request in RunQueue.bySeed(requests, \.cell.cell.seed) {
      let before = try found(request)
      if let before, before.isDone(again: again) {
        kept.append(before)
        // Who wrote the record may have been killed before its checkpoint was removed.
        if before.environment.build == Machine.build { try? store.removeCheckpoint(of: request.identity) }
      } else {
        waiting.append(Turn(request: request, before: before))
      }
    }
  }

  var count: Int { waiting.count }

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
    guard record.isDone(again: again) || record.isFailure(after: turn.before) else { return .start(turn) }
    if record.take(namesOf: request.cell) { try store.write(record) }
    claims.release(identity)
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
    let left = try? store.read(identity)
    if let left, left.isDone(again: again) || left.isFailure(after: turn.before) || left.tells(problem) {
      return (left, false)
    }
    let failure = RunRecord.failure(of: turn.request, problem ?? "it left no record", jobs: jobs)
    if let left, left.status != .failed { return (failure, true) }
    try? store.write(failure)
    return (failure, false)
  }

  /// Gives back what is claimed.
  func end() { claims.end() }
}

extension RunRecord {
  /// Whether the run is not made again.
  public func isDone(again: Bool) -> Bool {
    status != .failed && !(again && environment.build != Machine.build)
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

  /// Neither names nor order are part of a run's identity. True when there was something to change.
  @discardableResult
  mutating func take(namesOf other: StudyCell) -> Bool {
    guard (study, question) != (other.study, other.question) || cell != other.cell || order != other.order else {
      return false
    }
    (study, question, cell, order) = (other.study, other.question, other.cell, other.order)
    return true
  }
}
