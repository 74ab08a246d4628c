/// Development metric against epochs: a thin line for each seed, a strong one for their mean.
struct CurveFigure {
  let task: TaskResults
  let metric: RunRecord.Metric

  /// Nil when no finished run has a curve.
  func figure(named name: String) -> Figure? {
    let curves = task.backends.map { Curves($0, metric) }.filter { !$0.seeds.isEmpty }
    guard !curves.isEmpty else { return nil }
    let plots = curves.compactMap(\.seedPlot) + curves.map(\.meanPlot)
    let panels = ranges(curves).map { range in
      let inside = curves.flatMap(\.seeds).flatMap { $0 }.filter { range.contains($0.epoch) }
      return Panel(
        x: Axis("epochs", holding: inside.map(\.epoch)), y: metric.axis("development", holding: inside.map(\.value)),
        plots: plots)
    }
    let zoom = panels.count > 1 ? ", all epochs and the second half" : ""
    return Figure(
      name: name, title: "\(task.name): \(metric.name) on the development split against epochs\(zoom)",
      script: Panel.script(panels, data: curves.flatMap(\.data), legend: curves.map(\.backend.name)),
      outside: curves.map(\.outside).reduce(0, +))
  }

  /// All epochs and, where there are enough, their second half: first steps are so large that they hide the end.
  private func ranges(_ curves: [Curves]) -> [ClosedRange<Double>] {
    let epochs = Set(curves.flatMap(\.seeds).flatMap { $0 }.map(\.epoch)).sorted()
    let all = epochs.first!...epochs.last!
    return epochs.count < 4 ? [all] : [all, epochs[epochs.count / 2]...epochs.last!]
  }
}

/// The curves of one backend.
private struct Curves {
  struct Point { let epoch, value: Double }

  let backend: BackendResults
  /// One a finished seed, in the metric's shown unit.
  let seeds: [[Point]]
  /// Points that cannot be drawn.
  let outside: Int

  init(_ backend: BackendResults, _ metric: RunRecord.Metric) {
    self.backend = backend
    let all = backend.finished.map { record in
      record.curve.compactMap { point in
        point.development[metric.name].map { Point(epoch: point.epoch, value: $0 * metric.scale) }
      }
    }
    seeds = all.map { $0.filter { Axis.holds($0.epoch) && Axis.holds($0.value) } }.filter { !$0.isEmpty }
    outside = all.joined().count - seeds.joined().count
  }

  private var look: Look { Look(index: backend.index) }

  /// Over the epochs that every seed reached: a mean over fewer would jump where a seed stops early.
  private var mean: [Point] {
    seeds[0].compactMap { point in
      let values = seeds.compactMap { seed in seed.first { $0.epoch == point.epoch }?.value }
      guard values.count == seeds.count, let sample = Sample(values) else { return nil }
      return Point(epoch: point.epoch, value: sample.mean)
    }
  }

  /// Seeds that share no epoch have no mean; then they are the strong lines themselves.
  var data: [String] {
    let lines = Array(seeds.map { $0.map { [$0.epoch, $0.value] } as [[Double]?] }.joined(separator: [nil]))
    let strong = mean.isEmpty ? lines : mean.map { [$0.epoch, $0.value] }
    return [Gnuplot.data("seeds\(backend.index)", lines), Gnuplot.data("mean\(backend.index)", strong)]
  }

  var seedPlot: String? {
    guard seeds.count > 1 else { return nil }
    return "$seeds\(backend.index) using 1:2 with lines lw 0.8 lc rgb '#99\(look.colour.dropFirst())' notitle"
  }

  var meanPlot: String {
    let interval = max(1, mean.count / 8)
    return "$mean\(backend.index) using 1:2 with linespoints lw 2 dt \(look.dash) pt \(look.point) ps 0.7 "
      + "pointinterval \(interval) lc rgb '\(look.colour)' title \(Gnuplot.quoted(backend.name))"
  }
}
