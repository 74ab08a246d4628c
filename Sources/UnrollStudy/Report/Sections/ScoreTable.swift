import UnrollCore

/// The table of one task, and the sentences below it.
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
    let rankings = task.rankings
    if !task.finished.isEmpty { table.add(baselineRow(rankings, costs: columns.count)) }
    let scores = rankings.map(scoreCells)
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
  var worseThanBaseline: String? {
    let sentences = task.rankings.compactMap { ranking -> String? in
      let names = ranking.standings.filter(\.isWorseThanBaseline).map { Markdown.code($0.backend.name) }
      guard !names.isEmpty, let baseline = ranking.baseline else { return nil }
      return
        "On \(Markdown.escape(ranking.metric.name)), \(Markdown.list(names)) \(names.count == 1 ? "is" : "are") worse than the "
        + "\(Markdown.escape(task.baseline)) baseline (\(ranking.text.baseline(baseline)))."
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  /// What the parameter budget asked for and what was reached.
  var budget: String? {
    let costs = task.finished.map(\.cost).filter { ($0.parameterBudget ?? 0) > 0 }
    guard !costs.isEmpty else { return nil }
    let asked = costs.map { $0.parameterBudget! }.unique.sorted().map(Digits.whole)
    let shares = costs.map { 100 * Double($0.parameters) / Double($0.parameterBudget!) }
    let reached = costs.map(\.parameters)
    let ends = [(reached.min()!, shares.min()!), (reached.max()!, shares.max()!)]
      .map { "\(Digits.whole($0.0)) (\(Digits.fixed($0.1, 1)) %)" }
    let span = reached.min() == reached.max() ? ends[0] : "\(ends[0]) to \(ends[1])"
    return "Widths were solved for a budget of \(Markdown.list(asked)) parameters; reached: \(span)."
  }

  /// One cell a backend, with its marks.
  private func scoreCells(_ ranking: Ranking) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: ranking.standings.map { standing in
        let score = ranking.text.cell(standing.sample)
        let marked =
          switch standing.verdict {
          case .best, .equal: ranking.standings.count > 1 ? "**\(score)**" : score
          case .close: score + " †"
          case .untested: score + " ‡"
          case .apart, .broke: score
          }
        return (standing.backend.name, marked + (standing.isWorseThanBaseline ? " ▽" : ""))
      })
  }

  private func baselineRow(_ rankings: [Ranking], costs: Int) -> [String] {
    ["*\(Markdown.escape(task.baselineTitle))*", "–"]
      + rankings.map { ranking in ranking.baseline.map(ranking.text.baselineCell) ?? "–" }
      + [String](repeating: "–", count: costs)
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
    let shares = backend.finished.compactMap { record in
      record.cost.parameterBudget.map { Digits.fixed(100 * Double(record.cost.parameters) / Double($0), 1) + " %" }
    }
    return shares.isEmpty ? "–" : shares.unique.sorted().joined(separator: ", ")
  }
}
