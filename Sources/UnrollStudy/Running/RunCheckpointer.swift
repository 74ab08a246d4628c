import UnrollCore
import UnrollSystem
import UnrollTraining

/// The checkpoints of one run, beside its record.
///
/// One is written after an evaluation where the last is ten seconds old, and else every two minutes, but never so often that writing
/// takes more than a hundredth of the time.
final class RunCheckpointer: Checkpointer {
  /// The run has ended between two steps, as it was asked to.
  struct Interrupted: Error {
    let epochs: Double
    /// Whether it left a checkpoint there.
    let isKept: Bool

    var sentence: String {
      "it was interrupted at epoch \(RunCheckpointer.text(epochs))"
        + (isKept
          ? "; the next start goes on from there"
          : ", and no checkpoint could be written there; the next start goes on from an earlier one, or starts anew")
    }
  }

  private let store: RecordStore
  private let identity: String
  private let interval: Double?
  private let endsOnSignals: Bool
  private let stop: Int?
  private let note: (String) -> Void
  private let started = ContinuousClock.now
  /// Those of the processes before this one.
  private var earlierSeconds = 0.0
  private var last = ContinuousClock.now
  /// Of writing the last one, in seconds.
  private var cost = 0.0
  private var hasComplained = false
  /// Whether the last checkpoint was written.
  private(set) var isKept = false
  private var isWatching = false

  /// - Parameters:
  ///   - interval: seconds from one to the next; nil for the usual ones.
  ///   - endsOnSignals: whether signals that end a process end training alone.
  ///   - stop: epochs after whose last evaluation training ends, with a checkpoint; nil for none.
  ///   - note: told in a sentence what one should know.
  init(
    _ store: RecordStore, _ identity: String, interval: Double?, endsOnSignals: Bool, stop: Int? = nil,
    note: @escaping (String) -> Void
  ) {
    (self.store, self.identity, self.interval, self.stop) = (store, identity, interval, stop)
    (self.endsOnSignals, self.note) = (endsOnSignals, note)
  }

  /// Seconds of the run so far.
  var seconds: Double { earlierSeconds + (ContinuousClock.now - started).seconds }

  /// To be called before training begins: lets it go on from the last checkpoint, where there is one that can be used. Until then signals
  /// end the process at once, since nothing is lost.
  func begin(_ trainer: Trainer) {
    if endsOnSignals {
      Interruption.watch()
      isWatching = true
    }
    do {
      guard let (checkpoint, seconds) = try store.checkpoint(of: identity) else { return }
      try trainer.goOn(from: checkpoint)
      earlierSeconds = seconds
      evaluated = checkpoint.progress.curve.last?.epoch ?? 0
      note("going on from epoch \(RunCheckpointer.text(checkpoint.progress.epochs))")
    } catch {
      note("\(error); so the run starts anew")
    }
  }

  /// To be called when the record is written.
  func end() { if isWatching { Interruption.unwatch() } }

  /// Epochs up to the last evaluation.
  var evaluated = 0.0

  /// Whether it is where it was to stop.
  var hasStopped: Bool { stop.map { evaluated >= Double($0) } ?? false }

  var isEnding: Bool { Interruption.happened || hasStopped }

  func isDue(evaluated: Bool) -> Bool {
    let age = (ContinuousClock.now - last).seconds
    return interval.map { age >= $0 } ?? RunCheckpointer.isDue(age: age, cost: cost, evaluated: evaluated)
  }

  /// Whether a checkpoint that is so old, and took so long to write (both in seconds), is followed by the next one.
  static func isDue(age: Double, cost: Double, evaluated: Bool) -> Bool {
    age >= max(evaluated ? 10 : 120, 100 * cost)
  }

  func keep(_ checkpoint: Checkpoint) {
    let start = ContinuousClock.now
    do {
      try store.write(checkpoint, of: identity, seconds: seconds)
      isKept = true
    } catch {
      isKept = false
      if !hasComplained { note("\(error); so the run goes on without checkpoints") }
      hasComplained = true
    }
    last = ContinuousClock.now
    cost = (last - start).seconds
  }

  private static func text(_ epochs: Double) -> String { "\((epochs * 100).rounded() / 100)" }
}
