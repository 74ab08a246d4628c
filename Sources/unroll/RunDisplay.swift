import UnrollCore
import UnrollStudy

/// Shows how a study goes: one line that is rewritten on a terminal, plain lines elsewhere. All on standard error.
final class RunDisplay {
  private let line = StatusLine()
  private var (total, done) = (0, 0)

  func show(_ event: StudyEvent) {
    switch event {
    case .started(let runs, let kept, let foreign):
      (total, done) = (runs, kept)
      let others = foreign == 0 ? "" : " \(foreign) of those by another build of unroll; --again runs them again."
      Terminal.note("\(runs.counted("run")), \(kept) of them done before.\(others)")
    case .lacking(let models, let predictions):
      let what = [
        models > 0 ? models.counted("model") : nil,
        predictions > 0 ? "the predictions of \(predictions.counted("run"))" : nil,
      ].compactMap(\.self)
      Terminal.note(
        "Missing of the runs done before: \(what.joined(separator: " and ")); `unroll run` with another --reports makes them anew."
      )
    case .ended(let label, let status, let seconds, let detail):
      done += 1
      line.clear()
      let verdict = status == .finished ? "" : "\(status.rawValue.uppercased()): "
      Terminal.note("[\(done)/\(total)] \(label): \(verdict)\(detail) (\(RunDisplay.duration(seconds)))")
    case .paused(let label, let epochs, let seconds):
      line.clear()
      let rest = "waits after \(Int(epochs).counted("epoch")) (\(RunDisplay.duration(seconds)))"
      Terminal.note("[\(done)/\(total)] \(label): \(rest)")
    case .stopped(let runs):
      done += runs
      line.clear()
      Terminal.note("[\(done)/\(total)] stopped by the search: \(runs.counted("run"))")
    case .noted(let label, let words):
      line.clear()
      Terminal.note("\(label): \(words)")
    case .progress(let done, let running, let failed, let left, let secondsLeft):
      let failures = failed > 0 ? ", \(failed) failed" : ""
      let time = secondsLeft.map { ", about \(RunDisplay.duration($0)) left" } ?? ""
      line.show(
        "\(done) done, \(running.count) running\(failures), \(left) waiting\(time)   \(running.joined(separator: "; "))"
      )
    }
  }

  /// Leaves the terminal clean.
  func end() { line.clear() }

  static func duration(_ seconds: Double) -> String {
    seconds < 90 ? "\(Int(seconds.rounded())) s" : "\(Int((seconds / 60).rounded())) min"
  }
}
