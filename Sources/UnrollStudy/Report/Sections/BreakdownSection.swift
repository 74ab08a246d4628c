import UnrollTraining

/// Where scores come from: by the length of sequences, the frequency of words, and what else runs took apart.
struct BreakdownSection: ReportSection {
  let title = "Scores by length, frequency and distance"

  private let explanation =
    "The test targets in bins: lines go through means over the seeds that finished, bars are one standard deviation to either side. Bins of fewer "
    + "than \(BreakdownFigure.fewest) targets stand in the tables alone."

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.map { (task: $0, breakdowns: TaskBreakdown.all($0)) }.filter { !$0.breakdowns.isEmpty }
    guard !tasks.isEmpty else { return [] }
    return [.paragraph(explanation)]
      + tasks.flatMap { task, breakdowns in [task.heading] + breakdowns.flatMap(\.blocks) }
  }
}

/// One breakdown of one task, bin by bin.
private struct TaskBreakdown {
  struct Line {
    let backend: BackendResults
    let runs: [Breakdown]

    /// Over the runs that have the bin.
    func sample(_ label: String) -> Sample? {
      Sample(runs.compactMap { run in run.labels.firstIndex(of: label).map(run.score) })
    }
  }

  let task: TaskResults
  let name: String
  let metric: Metric
  let labels: [String]
  /// Targets of a bin, of the run that has most of them.
  let weights: [Int]
  let lines: [Line]

  /// Tables have at most seven columns: a bin, its targets, and five backends.
  private static let columns = 5

  static func all(_ task: TaskResults) -> [TaskBreakdown] {
    let all = task.finished.flatMap { $0.breakdowns ?? [] }
    return all.map(\.name).unique.map { name in TaskBreakdown(task, name, all.filter { $0.name == name }) }
  }

  private init(_ task: TaskResults, _ name: String, _ all: [Breakdown]) {
    (self.task, self.name, metric) = (task, name, all[0].metric)
    // Runs of equal data have equal bins; of others the one with the most says their order.
    let longest = all.max { $0.labels.count < $1.labels.count }!
    labels = (longest.labels + all.flatMap(\.labels)).unique
    weights = labels.map { label in
      all.compactMap { run in run.labels.firstIndex(of: label).map { run.weights[$0] } }.max() ?? 0
    }
    lines = task.backends.compactMap { backend in
      let runs = backend.finished.compactMap { $0.breakdowns?.first { $0.name == name } }
      return runs.isEmpty ? nil : Line(backend: backend, runs: runs)
    }
  }

  var blocks: [Block] {
    let figure = BreakdownFigure(breakdown: self).figure.map(Block.figure)
    let tables = stride(from: 0, to: lines.count, by: TaskBreakdown.columns).map { start in
      Block.table(table(lines[start..<min(start + TaskBreakdown.columns, lines.count)]))
    }
    return [figure].compactMap(\.self) + [.details("\(metric.heading) by \(name)", tables)]
  }

  private func table(_ lines: ArraySlice<Line>) -> MarkdownTable {
    var table = MarkdownTable(
      [(name, .left), ("targets", .right)]
        + lines.map { (Markdown.code($0.backend.name), MarkdownTable.Alignment.right) })
    let text = ScoreText(metric, lines.flatMap { line in labels.compactMap(line.sample) })
    for (label, weight) in zip(labels, weights) {
      table.add([label, Digits.whole(weight)] + lines.map { $0.sample(label).map { text.cell($0) } ?? "–" })
    }
    return table
  }
}

/// A line a backend over the bins.
private struct BreakdownFigure {
  /// Targets in a bin that is drawn.
  static let fewest = 20

  let breakdown: TaskBreakdown

  /// Nil where fewer than two bins have enough targets.
  var figure: Figure? {
    let metric = breakdown.metric
    let labels = zip(breakdown.labels, breakdown.weights).filter { $0.1 >= BreakdownFigure.fewest }.map(\.0)
    let lines = breakdown.lines.map { line in
      NamedLine(
        name: line.backend.name, look: Look(index: line.backend.index),
        rows: labels.enumerated().compactMap { row(line.sample($1), at: $0) }, marks: 0.8)
    }.filter { $0.rows.count > 1 }
    guard labels.count > 1, !lines.isEmpty else { return nil }
    let panel = Panel(
      x: Axis(breakdown.name, columns: labels), y: metric.axis(.test, holding: lines.flatMap(\.points).map { $0[1] }),
      lines: lines)
    return Figure(
      name: Markdown.slug("\(breakdown.task.name) by \(breakdown.name)"),
      title: "\(breakdown.task.name): test \(metric.name) by \(breakdown.name), one line a backend",
      script: Panel.script([panel]))
  }

  private func row(_ sample: Sample?, at place: Int) -> [Double]? {
    sample.flatMap { sample in
      let row = [Double(place), sample.mean * breakdown.metric.scale, (sample.sd ?? 0) * breakdown.metric.scale]
      return row.allSatisfy(Axis.holds) ? row : nil
    }
  }
}
