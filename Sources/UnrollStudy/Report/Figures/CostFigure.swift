import UnrollKernels
import UnrollStatistics

/// Test metric against two costs side by side: speed of training, and size or speed of use.
struct CostFigure {
  /// One horizontal axis: a cost, and whether it varies enough to show.
  private struct Cost {
    let label: String
    let value: (RunRecord.Cost) -> Double
  }

  /// A backend in a panel: means with one standard deviation to either side.
  private struct Mark {
    let look: Look
    let name: String
    let x, y: Sample

    /// Whether its bars can be drawn.
    func isInside(_ scale: Double) -> Bool {
      [x.mean + (x.sd ?? 0), (abs(y.mean) + (y.sd ?? 0)) * scale].allSatisfy(Axis.holds)
    }
  }

  let task: TaskResults
  let metric: RunRecord.Metric

  /// Nil when no backend has a test score.
  func figure(named name: String) -> Figure? {
    let costs = [Cost(label: "training tokens/s", value: \.trainingTokensPerSecond), second]
    let all = costs.map { self.marks($0) }
    let marks = all.map { $0.filter { $0.isInside(metric.scale) } }
    guard !marks[0].isEmpty, !marks[1].isEmpty else { return nil }
    let y = axis(marks[0])
    let baseline = task.baselineScore(metric).map { $0.mean * metric.scale }.filter { y.low <= $0 && $0 <= y.high }
    let line = baseline.map { self.line($0) }
    let panels = costs.indices.map { index in
      let plots = marks[index].map { plot($0, panel: index) } + [line].compactMap { $0 }
      return Panel(x: axis(marks[index], costs[index].label), y: y, plots: plots)
    }
    let data = costs.indices.flatMap { index in marks[index].map { self.data($0, panel: index) } }
    return Figure(
      name: name,
      title: "\(task.name): test \(metric.name) against \(Markdown.list(costs.map(\.label))), one mark a backend",
      script: Panel.script(panels, data: data, legend: marks[0].map(\.name) + (line == nil ? [] : [baselineName])),
      outside: all.joined().count - marks.joined().count)
  }

  /// Parameters when they differ by a quarter or more; under a budget they do not, and speed of use says more.
  private var second: Cost {
    let sizes = task.finished.map(\.cost.parameters)
    let varies = Double(sizes.max() ?? 1) >= 1.25 * Double(max(1, sizes.min() ?? 1))
    return varies
      ? Cost(label: "parameters") { Double($0.parameters) }
      : Cost(label: "inference tokens/s", value: \.inferenceTokensPerSecond)
  }

  private func marks(_ cost: Cost) -> [Mark] {
    task.backends.compactMap { backend in
      guard let x = backend.cost(cost.value), let y = backend.test(metric), x.mean > 0 else { return nil }
      return Mark(look: Look(index: backend.index), name: backend.name, x: x, y: y)
    }
  }

  /// Holds the bars of all marks.
  private func axis(_ marks: [Mark]) -> Axis {
    // The bars of a model that broke reach far to both sides.
    let middle = Statistics.quantile(marks.map(\.y.mean), 0.5)
    let sound = marks.filter { middle <= 0 || metric.unit == "percent" || $0.y.mean <= 4 * middle }
    let ends = sound.flatMap { [$0.y.mean - ($0.y.sd ?? 0), $0.y.mean + ($0.y.sd ?? 0)] }.map { $0 * metric.scale }
    return metric.axis("test", holding: ends)
  }

  /// Logarithmic when the costs differ by more than four times.
  private func axis(_ marks: [Mark], _ label: String) -> Axis {
    let means = marks.map(\.x.mean)
    let ends = marks.flatMap { [max($0.x.mean - ($0.x.sd ?? 0), $0.x.mean / 2), $0.x.mean + ($0.x.sd ?? 0)] }
    return Axis(label, holding: ends, logarithmic: means.max()! / means.min()! > 4)
  }

  private func data(_ mark: Mark, panel: Int) -> String {
    let row = [mark.x.mean, mark.y.mean * metric.scale, mark.x.sd ?? 0, (mark.y.sd ?? 0) * metric.scale]
    return Gnuplot.data("mark\(panel)x\(mark.look.index)", [row])
  }

  private func plot(_ mark: Mark, panel: Int) -> String {
    let block = "$mark\(panel)x\(mark.look.index)"
    let look = mark.look
    return "\(block) using 1:2:3:4 with xyerrorbars pt -1 lw 1 lc rgb '\(look.colour)' notitle, \\\n  "
      + "\(block) using 1:2 with points pt \(look.point) ps 1.1 lw 1.5 lc rgb '\(look.colour)' title \(Gnuplot.quoted(mark.name))"
  }

  private var baselineName: String { "\(task.baseline) (baseline)" }

  private func line(_ value: Double) -> String {
    "\(Digits.plain(value)) with lines lw 1 dt (6,4) lc rgb 'black' title \(Gnuplot.quoted(baselineName))"
  }
}

extension Optional {
  /// Nil unless the value passes.
  fileprivate func filter(_ include: (Wrapped) -> Bool) -> Wrapped? { flatMap { include($0) ? $0 : nil } }
}
