/// Test metric against two costs side by side: speed of training, and size or speed of use.
struct CostFigure {
  /// One horizontal axis: a cost, and whether it varies enough to show.
  private struct Panel {
    let label: String
    let value: (RunRecord.Cost) -> Double
  }

  /// A backend in a panel: means with one standard deviation to either side.
  private struct Mark {
    let look: Look
    let name: String
    let x, y: Sample
  }

  let task: TaskResults
  let metric: RunRecord.Metric

  /// Nil when no backend has a test score.
  func figure(named name: String) -> Figure? {
    let panels = [Panel(label: "training tokens/s", value: \.trainingTokensPerSecond), second]
    let marks = panels.map { self.marks($0) }
    guard !marks[0].isEmpty else { return nil }
    let script = commands(panels, marks).joined(separator: "\n") + "\n"
    return Figure(
      name: name,
      title: "\(task.name): test \(metric.name) against \(Markdown.list(panels.map(\.label))), one mark a backend",
      script: script)
  }

  /// Parameters when they differ by a quarter or more; under a budget they do not, and speed of use says more.
  private var second: Panel {
    let sizes = task.finished.map(\.cost.parameters)
    let varies = Double(sizes.max() ?? 1) >= 1.25 * Double(max(1, sizes.min() ?? 1))
    return varies
      ? Panel(label: "parameters") { Double($0.parameters) }
      : Panel(label: "inference tokens/s", value: \.inferenceTokensPerSecond)
  }

  private func marks(_ panel: Panel) -> [Mark] {
    task.backends.compactMap { backend in
      guard let x = backend.cost(panel.value), let y = backend.test(metric), x.mean > 0 else { return nil }
      return Mark(look: Look(index: backend.index), name: backend.name, x: x, y: y)
    }
  }

  private func commands(_ panels: [Panel], _ marks: [[Mark]]) -> [String] {
    let scores = marks[0].flatMap { [$0.y.mean - ($0.y.sd ?? 0), $0.y.mean + ($0.y.sd ?? 0)] }.map { $0 * metric.scale }
    let y = Axis(
      "test \(metric.plainHeading)", holding: scores, within: metric.unit == "percent" ? 0...100 : nil)
    let floor = task.baselineScore(metric).map { $0.mean * metric.scale }.flatMap { y.low <= $0 && $0 <= y.high ? $0 : nil }
    let baseline = "\(task.baseline) (baseline)"
    let width = 760 + Gnuplot.legendWidth(marks[0].map(\.name) + (floor == nil ? [] : [baseline]))
    let at = { (pixel: Double) in Digits.plain(pixel / Double(width)) }
    var lines = Gnuplot.preamble(width: width, height: 380) + ["set multiplot", "set bmargin 3.5", "set tmargin 1.5"]
    for (index, panel) in panels.enumerated() {
      let first = index == 0
      let spans = marks[index].map(\.x.mean)
      let wide = spans.max()! / spans.min()! > 4
      lines += Axis(panel.label, holding: ends(marks[index]), logarithmic: wide).commands("x") + y.commands("y")
      lines += first ? ["unset key"] : ["set key at screen \(at(775)), graph 1 left top Left reverse samplen 1 spacing 1.3", "unset ylabel"]
      lines += ["set lmargin at screen \(at(first ? 70 : 430))", "set rmargin at screen \(at(first ? 390 : 750))"]
      lines += marks[index].map { data($0, panel: index) }
      let drawn = marks[index].map { plot($0, panel: index) } + (floor.map { [line($0, baseline)] } ?? [])
      lines.append("plot " + drawn.joined(separator: ", \\\n  "))
    }
    return lines + ["unset multiplot"]
  }

  /// Both ends of every horizontal bar.
  private func ends(_ marks: [Mark]) -> [Double] {
    marks.flatMap { [max($0.x.mean - ($0.x.sd ?? 0), $0.x.mean / 2), $0.x.mean + ($0.x.sd ?? 0)] }
  }

  private func data(_ mark: Mark, panel: Int) -> String {
    let row = [mark.x.mean, mark.y.mean * metric.scale, mark.x.sd ?? 0, (mark.y.sd ?? 0) * metric.scale]
    return Gnuplot.data("mark\(panel)x\(mark.look.index)", [row])
  }

  private func plot(_ mark: Mark, panel: Int) -> String {
    let block = "$mark\(panel)x\(mark.look.index)"
    let look = mark.look
    return "\(block) using 1:2:3:4 with xyerrorbars lw 1 ps 0 pt \(look.point) lc rgb '\(look.colour)' notitle, \\\n  "
      + "\(block) using 1:2 with points pt \(look.point) ps 1.1 lw 1.5 lc rgb '\(look.colour)' title \(Gnuplot.quoted(mark.name))"
  }

  private func line(_ value: Double, _ name: String) -> String {
    "\(Digits.plain(value)) with lines lw 1 dt (6,4) lc rgb 'black' title \(Gnuplot.quoted(name))"
  }
}
