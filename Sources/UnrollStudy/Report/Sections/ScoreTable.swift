import UnrollCore

/// The table of one task, and the sentences that its marks stand for.
struct ScoreTable {
  /// A column of costs.
  private struct CostColumn {
    let title: String
    let text: (BackendResults) -> String
  }

  let task: TaskResults

  var table: MarkdownTable {
    let columns = costColumns
    var table = MarkdownTable(
      [("backend", .left), ("runs", .right)] + task.metrics.map { ($0.heading, .right) }
        + columns.map { ($0.title, .right) })
    if !task.finished.isEmpty { table.add(baselineRow(columns.count)) }
    let scores = task.metrics.map(scoreCells)
    for backend in task.backends {
      let runs =
        backend.lost.isEmpty ? "\(backend.records.count)" : "\(backend.finished.count) of \(backend.records.count)"
      let cells = scores.map { $0[backend.name] ?? "–" }
      table.add(
        [Markdown.code(backend.name), runs] + cells + columns.map { backend.finished.isEmpty ? "–" : $0.text(backend) })
    }
    return table
  }

  /// Every backend worse than its baseline, on every metric, in words.
  var belowBaseline: String? {
    let sentences = task.metrics.compactMap { metric -> String? in
      let ranking = task.ranking(metric)
      let names = ranking.filter(\.belowBaseline).map { Markdown.code($0.backend.name) }
      guard !names.isEmpty, let floor = task.baselineScore(metric) else { return nil }
      let value = metric.floor(floor, metric.decimals(ranking.map(\.sample)))
      return
        "On \(Markdown.escape(metric.name)), \(Markdown.list(names)) \(names.count == 1 ? "is" : "are") worse than the "
        + "\(Markdown.escape(task.baseline)) baseline (\(value))."
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  /// What the parameter budget asked for and what was reached.
  var budget: String? {
    let costs = task.finished.map(\.cost).filter { ($0.parameterBudget ?? 0) > 0 }
    guard !costs.isEmpty else { return nil }
    let asked = StudyResults.unique(costs.map { $0.parameterBudget! }).sorted().map(Digits.whole)
    let shares = costs.map { 100 * Double($0.parameters) / Double($0.parameterBudget!) }
    let reached = costs.map(\.parameters)
    let ends = [(reached.min()!, shares.min()!), (reached.max()!, shares.max()!)]
      .map { "\(Digits.whole($0.0)) (\(Digits.fixed($0.1, 1)) %)" }
    let span = reached.min() == reached.max() ? ends[0] : "\(ends[0]) to \(ends[1])"
    return "Widths were solved for a budget of \(Markdown.list(asked)) parameters; reached: \(span)."
  }

  /// One cell a backend, with its marks.
  private func scoreCells(_ metric: RunRecord.Metric) -> [String: String] {
    let ranking = task.ranking(metric)
    let decimals = metric.decimals(ranking.map(\.sample))
    return Dictionary(
      uniqueKeysWithValues: ranking.map { standing in
        let score = standing.sample.text(scale: metric.scale, decimals: decimals)
        let mark: String
        switch standing.verdict {
        case .best, .equal: mark = ranking.count > 1 ? "**\(score)**" : score
        case .broke: mark = score
        case .close: mark = score + " †"
        case .untested: mark = score + " ‡"
        case .apart: mark = score
        }
        return (standing.backend.name, mark + (standing.belowBaseline ? " ▽" : ""))
      })
  }

  private func baselineRow(_ costs: Int) -> [String] {
    let scores = task.metrics.map { metric in
      task.baselineScore(metric).map { floor in
        let decimals = metric.decimals(task.ranking(metric).map(\.sample))
        return floor.count == 1
          ? Digits.fixed(floor.mean * metric.scale, decimals) : floor.text(scale: metric.scale, decimals: decimals)
      } ?? "–"
    }
    return ["*\(Markdown.escape(task.baseline)) (baseline)*", "–"] + scores + [String](repeating: "–", count: costs)
  }

  private var costColumns: [CostColumn] {
    let speed = { (value: @escaping (RunRecord.Cost) -> Double) in
      { (backend: BackendResults) in backend.cost(value)?.costText ?? "–" }
    }
    var columns = [
      CostColumn(title: "width") { $0.count(\.width) }, CostColumn(title: "parameters") { $0.count(\.parameters) },
    ]
    if task.finished.contains(where: { $0.cost.parameterBudget != nil }) {
      columns.append(CostColumn(title: "of budget", text: share))
    }
    return columns + [
      CostColumn(title: "state", text: state),
      CostColumn(title: "multiply-adds/token") { $0.count(\.multiplyAddsPerToken) },
      CostColumn(title: "training tokens/s", text: speed(\.trainingTokensPerSecond)),
      CostColumn(title: "inference tokens/s", text: speed(\.inferenceTokensPerSecond)),
      CostColumn(title: "peak MiB", text: speed(\.peakMemory)), CostColumn(title: "seconds", text: speed(\.seconds)),
    ]
  }

  private func state(_ backend: BackendResults) -> String {
    backend.finished.contains { $0.cost.stateFloats == nil } ? "whole sequence" : backend.count { $0.stateFloats! }
  }

  /// Reached parameters as a share of the budget.
  private func share(_ backend: BackendResults) -> String {
    let shares = StudyResults.unique(
      backend.finished.compactMap { record in
        record.cost.parameterBudget.map { Digits.fixed(100 * Double(record.cost.parameters) / Double($0), 1) + " %" }
      })
    return shares.isEmpty ? "–" : shares.sorted().joined(separator: ", ")
  }
}
