/// Test metric against a data option: one line a backend through its means, bars of one standard deviation.
struct FamilyFigure {
  let family: TaskFamily
  /// Every backend of the study in its order.
  let backends: [String]

  /// Nil when no backend has a score at two values.
  func figure(named name: String) -> Figure? {
    let scale = family.metric.scale
    let all = backends.map(family.scores)
    let inside = all.map { $0.filter { Axis.holds((abs($0.sample.mean) + ($0.sample.sd ?? 0)) * scale) } }
    let lines = inside.enumerated().compactMap { index, scores in
      Line(name: backends[index], look: Look(index: index), scores: scores)
    }
    guard lines.contains(where: { $0.scores.count > 1 }) else { return nil }
    let metric = family.metric
    let floor = family.baseline
    let ends = lines.flatMap { $0.ends } + floor.map(\.score)
    let values = family.members.map(\.value)
    let panel = Panel(
      x: Axis(
        family.option, holding: values, logarithmic: values.min()! > 0 && values.max()! / values.min()! > 4,
        marks: values),
      y: metric.axis("test", holding: ends.map { $0 * metric.scale }),
      plots: lines.flatMap(\.plots) + (floor.isEmpty ? [] : [baselinePlot]))
    let floorData = Gnuplot.data("baseline", floor.map { [$0.value, $0.score * metric.scale] })
    return Figure(
      name: name, title: "\(family.name): test \(metric.name) against \(family.option), one line a backend",
      script: Panel.script(
        [panel], data: lines.map { $0.data(metric.scale) } + [floorData], legend: lines.map(\.name) + [baselineName]),
      outside: all.joined().count - inside.joined().count)
  }

  private var baselineName: String { "\(family.members[0].task.baseline) (baseline)" }

  private var baselinePlot: String {
    "$baseline using 1:2 with lines lw 1 dt (6,4) lc rgb 'black' title \(Gnuplot.quoted(baselineName))"
  }
}

/// One backend along the option.
private struct Line {
  let name: String
  let look: Look
  let scores: [(value: Double, sample: Sample)]

  init?(name: String, look: Look, scores: [(value: Double, sample: Sample)]) {
    guard !scores.isEmpty else { return nil }
    (self.name, self.look, self.scores) = (name, look, scores)
  }

  /// What the axis must hold.
  var ends: [Double] {
    scores.flatMap { [$0.sample.mean - ($0.sample.sd ?? 0), $0.sample.mean + ($0.sample.sd ?? 0)] }
  }

  func data(_ scale: Double) -> String {
    Gnuplot.data(
      "line\(look.index)", scores.map { [$0.value, $0.sample.mean * scale, ($0.sample.sd ?? 0) * scale] })
  }

  var plots: [String] {
    let block = "$line\(look.index)"
    return [
      "\(block) using 1:2:3 with yerrorbars pt -1 lw 1 lc rgb '\(look.colour)' notitle",
      "\(block) using 1:2 with linespoints lw 2 dt \(look.dash) pt \(look.point) ps 0.9 lc rgb '\(look.colour)' "
        + "title \(Gnuplot.quoted(name))",
    ]
  }
}
