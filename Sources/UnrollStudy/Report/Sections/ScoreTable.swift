import UnrollCore
import UnrollStatistics

/// The tables of one task, of at most seven columns each, and the sentences below them.
struct ScoreTable {
  /// A column of costs.
  private struct CostColumn {
    let title: String
    let text: (BackendResults) -> String
  }

  let task: TaskResults

  /// The primary metric with its verdicts, and what a model costs most.
  var table: MarkdownTable {
    let ranking = task.rankings.first
    var table = MarkdownTable([
      ("backend", .left), (ranking?.metric.heading ?? "score", .right), ("95 % interval", .right), ("verdict", .left),
      ("parameters", .right), ("state", .right), ("seconds", .right),
    ])
    if !task.finished.isEmpty {
      table.add(
        [baseline, ranking.flatMap { $0.baseline.map($0.text.baselineCell) } ?? "–"]
          + [String](repeating: "–", count: 5))
    }
    for backend in task.backends {
      table.add(
        [Markdown.code(backend.name)] + (ranking.flatMap { scored(backend, $0) } ?? ["–", "–", "no scores"])
          + [backend.count(\.parameters), state(backend), backend.cost(\.seconds)?.costText ?? "–"])
    }
    return table
  }

  /// All other metrics; nil where there is one.
  var otherMetrics: MarkdownTable? {
    let rankings = task.rankings.dropFirst()
    guard !rankings.isEmpty else { return nil }
    var table = MarkdownTable([("backend", .left)] + rankings.map { ($0.metric.heading, .right) })
    if !task.finished.isEmpty {
      table.add([baseline] + rankings.map { ranking in ranking.baseline.map(ranking.text.baselineCell) ?? "–" })
    }
    for backend in task.backends {
      table.add(
        [Markdown.code(backend.name)]
          + rankings.map { ranking in
            guard let standing = ranking.standings.first(where: { $0.backend.name == backend.name }) else { return "–" }
            return standing.verdict == .top ? "**\(cell(standing, ranking))**" : cell(standing, ranking)
          })
    }
    return table
  }

  /// What a model costs.
  var costs: MarkdownTable {
    let columns = costColumns
    var table = MarkdownTable([("backend", .left)] + columns.map { ($0.title, .right) })
    for backend in task.backends {
      table.add([Markdown.code(backend.name)] + columns.map { backend.finished.isEmpty ? "–" : $0.text(backend) })
    }
    return table
  }

  /// What the budget asked for and what was reached.
  var budget: String? {
    let costs = task.finished.map(\.cost).filter { ($0.budget?.amount ?? 0) > 0 }
    guard let quantity = costs.first?.budget?.quantity, costs.allSatisfy({ $0.budget?.quantity == quantity }) else {
      return nil
    }
    let asked = costs.map { $0.budget!.amount }.unique.sorted().map(Digits.whole)
    let shares = costs.map { 100 * Double($0.amount(of: quantity)) / Double($0.budget!.amount) }
    let reached = costs.map { $0.amount(of: quantity) }
    let ends = [(reached.min()!, shares.min()!), (reached.max()!, shares.max()!)]
      .map { "\(Digits.whole($0.0)) (\(Digits.fixed($0.1, 1)) %)" }
    let span = reached.min() == reached.max() ? ends[0] : "\(ends[0]) to \(ends[1])"
    return "Widths were solved for a budget of \(Markdown.list(asked)) \(quantity.noun); reached: \(span)."
  }

  private var baseline: String { "*\(Markdown.escape(task.baselineTitle))*" }

  /// Score, interval and verdict; nil where no run has a score.
  private func scored(_ backend: BackendResults, _ ranking: Ranking) -> [String]? {
    ranking.standings.first { $0.backend.name == backend.name }.map { standing in
      [
        cell(standing, ranking), standing.interval.map(ranking.text.interval) ?? "–",
        VerdictText(ranking: ranking).cell(standing),
      ]
    }
  }

  private func cell(_ standing: Standing, _ ranking: Ranking) -> String {
    let runs = standing.backend.lost.isEmpty ? nil : standing.backend.records.count
    return ranking.text.cell(standing.sample, of: runs) + (standing.isWorseThanBaseline ? " ▽" : "")
  }

  private var costColumns: [CostColumn] {
    let speed = { (value: @escaping (RunRecord.Cost) -> Double) in
      { (backend: BackendResults) in backend.cost(value)?.costText ?? "–" }
    }
    var columns = [CostColumn(title: "width") { $0.count(\.width) }]
    if task.finished.contains(where: { $0.cost.budget != nil }) {
      columns.append(CostColumn(title: "of budget", text: share))
    }
    return columns + [
      CostColumn(title: "multiply-adds/token") { $0.count(\.multiplyAddsPerToken) },
      CostColumn(title: "training tokens/s", text: speed(\.trainingTokensPerSecond)),
      CostColumn(title: "inference tokens/s", text: speed(\.inferenceTokensPerSecond)),
      CostColumn(title: "peak MiB", text: speed(\.peakMemory)),
    ]
  }

  private func state(_ backend: BackendResults) -> String {
    backend.finished.contains { $0.cost.stateFloats == nil } ? "whole sequence" : backend.count { $0.stateFloats! }
  }

  /// What was reached as a share of the budget.
  private func share(_ backend: BackendResults) -> String {
    let shares = backend.finished.compactMap { record in
      record.cost.budget.map { budget in
        Digits.fixed(100 * Double(record.cost.amount(of: budget.quantity)) / Double(budget.amount), 1) + " %"
      }
    }
    return shares.isEmpty ? "–" : shares.unique.sorted().joined(separator: ", ")
  }
}
