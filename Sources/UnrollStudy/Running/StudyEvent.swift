/// What happens while a study runs, for whoever shows it.
public enum StudyEvent: Sendable {
  /// `foreign` of the kept ones were left by another build of the program.
  case started(runs: Int, kept: Int, foreign: Int)
  /// How many models and predictions there should be of the kept runs, and are not here: those of runs that are done come no more.
  case lacking(models: Int, predictions: Int)
  /// Now and then: fraction done of every run in progress, seconds left when that can be told.
  case progress(done: Int, running: [String], failed: Int, left: Int, secondsLeft: Double?)
  /// What one should know of a run under way.
  case noted(label: String, String)
  /// One run less: what became of it, after how long, and in a few words its scores or what went wrong.
  case ended(label: String, RunRecord.Status, seconds: Double, detail: String)
  /// At a rung of its search, where it waits for others.
  case paused(label: String, epochs: Double, seconds: Double)
  /// A search has stopped so many runs for good.
  case stopped(runs: Int)
}

/// What became of a study's runs.
public struct StudySummary: Sendable {
  /// Runs with scores, those kept from before included, as below.
  public var finished = 0
  /// Runs whose training broke.
  public var diverged = 0
  /// Runs without anything to score.
  public var failed = 0
  /// Of the failed ones those whose good record, of another build, is still there.
  public var outlived: Set<String> = []
  /// Runs that a search has stopped.
  public var stopped = 0
  /// Ended by a signal before everything was done.
  public var interrupted = false
  /// Runs that were in progress then.
  public var underWay = 0

  mutating func count(_ record: RunRecord) {
    switch record.status {
    case .finished: finished += 1
    case .diverged: diverged += 1
    case .failed: failed += 1
    case .stopped: break
    }
  }
}

extension StudyCell {
  /// `task / backend / seed n`, or `fold n`.
  public var label: String { "\(cell.task) / \(cell.title) / \(fold.map { "fold \($0)" } ?? "seed \(cell.seed)")" }
}
