import UnrollCore
import UnrollStatistics

/// A table a task: every backend's test scores and costs under the baseline's row.
struct ScoresSection: ReportSection {
  let title = "Scores"

  private let legend = """
    Test scores and costs are mean ± standard deviation over the seeds that finished, their number in brackets; an \
    arrow points to where better is. Intervals use the deviation that all compared backends of a table share, and, where runs say how every test \
    item went, what other items would change; verdicts compare two backends on the same items, so that intervals may overlap where one is worse. \
    *Worse* says by how much, with bounds that hold for all pairs at once; *undecided* how many seeds would tell; *unstable* is a backend whose seeds \
    scatter over \(Digits.plain(Judgement.widest)) times as widely as is usual in the table, and one that *broke* lost a run: they are not compared, nor is one that has a seed below \
    the baseline. A seed *works* where it comes nearer to the best mean than to the baseline; in brackets the 95 % interval of their share. ▽ marks means \
    below the baseline's. State is the number of floats carried from token to token for one sequence, seconds are those of a run, multiply-adds those of one step \
    of the model run token by token. Speeds compare within a table unless it says that they do not.
    """

  func blocks(_ study: StudyResults) -> [Block] {
    [.paragraph(legend)]
      + study.tasks.flatMap { task in
        let table = ScoreTable(task: task)
        var blocks: [Block] = [task.heading, .paragraph(machine(task)), .table(table.table)]
        blocks += ([table.budget].compactMap { $0 } + TaskRemarks(task: task).sentences).map(Block.paragraph)
        if let others = table.otherMetrics {
          blocks.append(.details("Other metrics", [.paragraph(bold), .table(others)]))
        }
        blocks.append(.details("Costs", [.table(table.costs)]))
        if let details = task.rankings.first.flatMap(comparisons) { blocks.append(details) }
        return blocks
      }
  }

  private let bold = "**Bold** is the top group of a metric by itself."

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
    guard ranking.standings.count > 1, ranking.best != nil else { return nil }
    var table = MarkdownTable([
      ("backend", .left), ("\(ranking.noun)s", .right), ("median", .right), ("lowest – highest", .right),
      ("minus best", .right), ("95 % for all pairs at once", .right),
    ])
    for standing in ranking.standings {
      let values = standing.sample.values
      let ends = [0, 0.5, 1].map { ranking.text.number(Statistics.quantile(values, $0)) }
      table.add(
        [Markdown.code(standing.backend.name), "\(values.count)", ends[1], "\(ends[0]) – \(ends[2])"]
          + difference(standing, ranking))
    }
    let scope =
      ranking.noun == "fold"
      ? "other texts to train on and to test"
      : ranking.knowsItems ? "other seeds and other test items" : "other seeds alone"
    let words =
      "For \(scope); \(Digits.plain(ranking.freedom)) pooled degrees of freedom of \(Markdown.count(ranking.pooled, "backend"))."
    return .details("\(ranking.metric.heading): every backend against the best", [.paragraph(words), .table(table)])
  }

  private func difference(_ standing: Standing, _ ranking: Ranking) -> [String] {
    if standing.backend.name == ranking.best?.backend.name { return ["best", ""] }
    guard let gap = standing.gap, let lead = standing.lead else { return ["not compared", ""] }
    // From how far the best leads to how far this one lies from it in the metric's own direction.
    let sign = -ranking.metric.sign
    let ends = [lead.lowerBound, lead.upperBound].map { sign * $0 }.sorted().map(ranking.text.difference)
    return [ranking.text.difference(sign * gap.estimate.value), ends.joined(separator: " to ")]
  }
}
