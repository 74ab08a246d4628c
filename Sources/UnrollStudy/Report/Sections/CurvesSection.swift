import UnrollData
import UnrollTraining

/// How each backend learns: one figure a task.
struct CurvesSection: ReportSection {
  let title = "Learning curves"

  private let explanation =
    "Strong lines are means over seeds up to the last epoch that every seed reached, thin ones single seeds, where at most "
    + "\(CurveFigure.mostWithSeeds) backends are drawn. Where there are four epochs or more, the right shows their second half on a scale of its "
    + "own. Only finished runs are drawn; a name at an edge, with ▾ or ▴, is of a line that ends outside."

  func blocks(_ study: StudyResults) -> [Block] {
    [.paragraph(explanation)]
      + figures(study, otherwise: "No finished run has a learning curve.") { CurveFigure(task: $0, metric: $1).figure }
  }
}

/// Development metric against epochs: a thin line for each seed, a strong one for their mean.
private struct CurveFigure {
  let task: TaskResults
  let metric: Metric

  /// With more, seeds hide what they scatter about.
  static let mostWithSeeds = 8

  /// Nil when no finished run has a curve.
  var figure: Figure? {
    let curves = task.backends.map { Curves($0, metric) }.filter { !$0.seeds.isEmpty }
    guard !curves.isEmpty else { return nil }
    let lines = curves.map { $0.line(withSeeds: curves.count <= CurveFigure.mostWithSeeds) }
    let near = near(curves)
    var panels = ranges(curves).map { range in
      let inside = near.flatMap(\.seeds).joined().filter { range.contains($0.epoch) }
      return Panel(
        x: Axis("epochs", holding: inside.map(\.epoch)), y: metric.axis(.development, holding: inside.map(\.value)),
        lines: lines)
    }
    for place in panels.indices.dropLast() { panels[place].ends = [] }
    let zoom = panels.count > 1 ? ", all epochs and the second half" : ""
    return Figure(
      name: "\(Markdown.slug(task.name))-curves",
      title: "\(task.name): \(metric.name) on the development split against epochs\(zoom)",
      script: Panel.script(panels), outside: curves.map(\.outside).reduce(0, +))
  }

  /// The curves whose differences are to be seen.
  private func near(_ curves: [Curves]) -> [Curves] {
    let names = Set(task.rankings.first { $0.metric == metric }?.near.map(\.backend.name) ?? [])
    let near = curves.filter { names.contains($0.name) }
    return near.isEmpty ? curves : near
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
  struct Point {
    let epoch, value: Double
    var row: [Double] { [epoch, value] }
  }

  private let backend: BackendResults
  var name: String { backend.name }
  /// One a finished seed, in the metric's shown unit.
  let seeds: [[Point]]
  /// Points that cannot be drawn.
  let outside: Int

  init(_ backend: BackendResults, _ metric: Metric) {
    self.backend = backend
    let all = backend.finished.map { record in
      record.curve.compactMap { point in
        point.development[metric.name].map { Point(epoch: point.epoch, value: $0 * metric.scale) }
      }
    }
    seeds = all.map { $0.filter { Axis.holds($0.epoch) && Axis.holds($0.value) } }.filter { !$0.isEmpty }
    outside = all.joined().count - seeds.joined().count
  }

  /// Over the epochs that every seed reached: a mean over fewer would jump where a seed stops early.
  private var mean: [Point] {
    seeds[0].compactMap { point in
      let values = seeds.compactMap { seed in seed.first { $0.epoch == point.epoch }?.value }
      guard values.count == seeds.count, let sample = Sample(values) else { return nil }
      return Point(epoch: point.epoch, value: sample.mean)
    }
  }

  /// The strong line, and where they are shown single seeds behind it. Seeds that share no epoch have no mean; then they are the strong line
  /// themselves.
  func line(withSeeds: Bool) -> NamedLine {
    let (mean, each) = (mean.map(\.row), Array(seeds.map { $0.map(\.row) as [[Double]?] }.joined(separator: [nil])))
    return NamedLine(
      name: backend.name, look: Look(index: backend.index), rows: mean.isEmpty ? each : mean,
      shadows: withSeeds && seeds.count > 1 ? each : [], saysEdge: true)
  }
}
