import UnrollBench
import UnrollCore
import UnrollStudy
import UnrollSystem

extension BenchCommand {
  /// What one point may take: a grid of them is to end in minutes.
  private static let budget = BenchProcess.Budget(seconds: 30, mib: Machine.memory / 4)

  /// Every backend along every axis.
  func runScaling() throws {
    let names = only.isEmpty ? BenchScaling.names : [only]
    let total = names.reduce(0) { $0 + BenchScaling.points(of: $1) }
    let (line, start) = (StatusLine(), ContinuousClock.now)
    var done = 0
    for name in names {
      var scaling = try BenchScaling(backend: name, seconds: seconds ?? 0.3, budget: BenchCommand.budget)
      for axis in BenchScaling.axes(of: name) {
        line.show("\(done) of \(total) points   \(name), \(axis.rawValue)")
        try scaling.run(axis) { point in
          done += 1
          line.clear()
          try show(point, text(point))
          line.show("\(done) of \(total) points   \(name), \(axis.rawValue)")
        }
      }
    }
    line.clear()
    Terminal.note("\(total) points in \(RunDisplay.duration((ContinuousClock.now - start).seconds)).")
  }

  private func text(_ point: BenchScaling.Point) -> String {
    let label = "\(point.backend), \(point.axis.rawValue) \(point.value): "
    guard let ms = point.ms, let each = point.us_per_token, let peak = point.peak_mib else {
      return label + "left out, \(point.left_out ?? "")"
    }
    return label + "\(ms) ms, \(each) µs a token, peak \(peak) MiB"
  }
}
