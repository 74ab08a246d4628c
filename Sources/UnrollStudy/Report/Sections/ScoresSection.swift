import UnrollCore
import UnrollStatistics

/// A table a task: every backend's test scores and costs under the baseline's row.
struct ScoresSection: ReportSection {
  let title = "Scores"

  private let legend = """
    Test scores and costs are mean ± standard deviation over the seeds that finished, their number in brackets; an \
    arrow points to where better is. **Bold** is the best mean. † marks scores not distinguishable from the best \
    (two-sided Welch t-test, p > \(Digits.plain(Ranking.significance)), not corrected for the number of comparisons), ‡ those that no test can judge \
    because there is a single seed, or no spread. ▽ marks scores worse than the baseline's. A backend that lost a run, or is worse \
    than the baseline, is never bold and never †. State is the number of floats carried from \
    token to token for one sequence. Multiply-adds are those of one step of the model run token by token. The runs of a \
    study share the machine's cores and memory, so speeds compare within a table.
    """

  func blocks(_ study: StudyResults) -> [Block] {
    [.paragraph(legend)]
      + study.tasks.flatMap { task in
        let table = ScoreTable(task: task)
        var blocks: [Block] = [task.heading, .paragraph(machine(task)), .table(table.table)]
        let remarks = [table.worseThanBaseline, table.budget].compactMap { $0 } + TaskRemarks(task: task).sentences
        blocks += remarks.map(Block.paragraph)
        if let details = task.rankings.first.flatMap(comparisons) { blocks.append(details) }
        return blocks
      }
  }

  /// Speeds mean nothing without the machine.
  private func machine(_ task: TaskResults) -> String {
    let cpus = task.records.map(\.environment.cpu).unique
    let kind = "Task: \(Markdown.escape(task.kind)); data: \(Markdown.escape(task.records[0].data.name))."
    if cpus.count == 1 {
      return "\(kind) Speeds and times were measured on \(Markdown.escape(cpus[0])).\(company(task))"
    }
    let shares = cpus.map { cpu in
      "\(Markdown.escape(cpu)) (\(Markdown.count(task.records.filter { $0.environment.cpu == cpu }.count, "run")))"
    }
    return "\(kind) **The runs come from different machines:** \(Markdown.list(shares)); "
      + "speeds and times of this table are not comparable with each other."
  }

  /// What went on beside the runs.
  private func company(_ task: TaskResults) -> String {
    let jobs = task.finished.map(\.environment.jobs).unique
    let counts = jobs.compactMap { $0 }.sorted()
    guard !jobs.isEmpty else { return "" }
    guard counts.count == jobs.count else { return " How many runs went on at a time is not recorded." }
    let loads = task.finished.compactMap(\.environment.load).sorted()
    let load = loads.isEmpty ? "" : " (load \(Digits.fixed(loads[0], 1)) to \(Digits.fixed(loads[loads.count - 1], 1)))"
    if counts.count == 1 { return " \(Markdown.count(counts[0], "run")) at a time\(load)." }
    return
      " **\(Markdown.list(counts.map(Digits.whole))) runs at a time\(load): speeds do not compare with each other.**"
  }

  /// Every backend against the best, with intervals.
  private func comparisons(_ ranking: Ranking) -> Block? {
    guard ranking.standings.count > 1, let best = ranking.best else { return nil }
    var table = MarkdownTable([
      ("backend", .left), ("seeds", .right), ("median", .right), ("lowest – highest", .right),
      ("minus best", .right), ("95 % interval of the difference", .right), ("p", .right),
    ])
    for standing in ranking.standings {
      let values = standing.sample.values
      let ends = [0, 0.5, 1].map { ranking.text.number(Statistics.quantile(values, $0)) }
      let row = [Markdown.code(standing.backend.name), "\(values.count)", ends[1], "\(ends[0]) – \(ends[2])"]
      table.add(row + difference(standing, best, ranking.text))
    }
    return .details("\(ranking.metric.heading): every backend against the best", [.table(table)])
  }

  private func difference(_ standing: Standing, _ best: Standing, _ text: ScoreText) -> [String] {
    guard standing.verdict != .best else { return ["best", "", ""] }
    let gap = text.difference(standing.sample.mean - best.sample.mean)
    guard let comparison = standing.comparison else { return [gap, "–", standing.verdict.whyUntested] }
    let ends = [-1, 1].map { text.difference(comparison.difference + $0 * comparison.halfInterval) }
    return [gap, ends.joined(separator: " to "), Digits.probability(comparison.p)]
  }
}

extension Standing.Verdict {
  fileprivate var whyUntested: String {
    switch self {
    case .untested(.singleSeed): "single seed"
    case .untested(.noSpread): "no spread: not tested"
    case .untested(.spreadIsNoNumber): "spread is no number: not tested"
    case .equal: "same in every seed"
    default: "not compared"
    }
  }
}
