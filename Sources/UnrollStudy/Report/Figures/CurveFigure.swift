/// Development metric against epochs: a thin line for each seed, a strong one for their mean.
struct CurveFigure {
  let task: TaskResults
  let metric: RunRecord.Metric

  /// Nil when no finished run has a curve.
  func figure(named name: String) -> Figure? {
    let curves = task.backends.map { Curves($0, metric) }.filter { !$0.seeds.isEmpty }
    guard !curves.isEmpty else { return nil }
    let points = curves.flatMap(\.seeds).flatMap { $0 }
    let script = commands(curves, points).joined(separator: "\n") + "\n"
    return Figure(
      name: name, title: "\(task.name): \(metric.name) on the development split against epochs, by backend", script: script)
  }

  private func commands(_ curves: [Curves], _ points: [Curves.Point]) -> [String] {
    let values = points.map(\.value)
    let spread = values.min()! > 0 ? values.max()! / values.min()! : 1
    let y = Axis(
      "development \(metric.plainHeading)", holding: values, logarithmic: metric.unit != "percent" && spread > 4,
      within: metric.unit == "percent" ? 0...100 : nil)
    let x = Axis("epochs", holding: points.map(\.epoch))
    let legend = Gnuplot.legendWidth(curves.map(\.backend.name))
    let width = 640 + legend
    let frame = [
      "set lmargin at screen \(Digits.plain(70 / Double(width)))",
      "set rmargin at screen \(Digits.plain(625 / Double(width)))",
      "set key at screen \(Digits.plain(640 / Double(width))), graph 1 left top Left reverse samplen 2.5 spacing 1.3",
    ]
    return Gnuplot.preamble(width: width, height: 400) + x.commands("x") + y.commands("y") + frame
      + curves.flatMap(\.data) + ["plot " + (curves.compactMap(\.seedPlot) + curves.map(\.meanPlot)).joined(separator: ", \\\n  ")]
  }
}

/// The curves of one backend.
private struct Curves {
  struct Point { let epoch, value: Double }

  let backend: BackendResults
  /// One a finished seed, in the metric's shown unit.
  let seeds: [[Point]]

  init(_ backend: BackendResults, _ metric: RunRecord.Metric) {
    self.backend = backend
    seeds = backend.finished.map { record in
      record.curve.compactMap { point in
        point.development[metric.name].flatMap { $0.isFinite ? Point(epoch: point.epoch, value: $0 * metric.scale) : nil }
      }
    }.filter { !$0.isEmpty }
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

  var data: [String] {
    let lines = seeds.map { $0.map { [$0.epoch, $0.value] } as [[Double]?] }.joined(separator: [nil])
    return [
      Gnuplot.data("seeds\(backend.index)", Array(lines)),
      Gnuplot.data("mean\(backend.index)", (mean.isEmpty ? seeds[0] : mean).map { [$0.epoch, $0.value] }),
    ]
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
