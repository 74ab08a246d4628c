import UnrollCore
import UnrollStatistics
import UnrollSystem
import UnrollTraining

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
        blocks += [
          table.worseThanBaseline, table.budget, few(task), unknown(task), short(task), leak(task), programs(task),
        ].compactMap { $0 }.map(Block.paragraph)
        if let details = task.rankings.first.flatMap(comparisons) { blocks.append(details) }
        return blocks
      }
  }

  /// Speeds mean nothing without the machine.
  private func machine(_ task: TaskResults) -> String {
    let cpus = task.records.map(\.environment.cpu).unique
    let kind = "Harness: \(Markdown.escape(task.harness)); data: \(Markdown.escape(task.records[0].data.name))."
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

  /// Below this many test items a single one moves the score by a percent or more.
  private static let fewItems = 100

  private func few(_ task: TaskResults) -> String? {
    let count = task.records.compactMap { $0.data.sizes[.test] }.max() ?? 0
    guard count > 0, count < ScoresSection.fewItems else { return nil }
    return
      "**The test split has only \(Markdown.count(count, "item")):** scores on so few say little, and intervals over seeds "
      + "know nothing of it."
  }

  /// What a language model is not asked for.
  private func unknown(_ task: TaskResults) -> String? {
    let shares = task.records.filter { $0.cell.harness == LanguageModelling.name }.compactMap(\.data.unknownShares)
    let untrained = shares.filter { $0[.train] == 0 }.compactMap { $0[.test] }
    guard let share = untrained.max(), share > 0 else { return nil }
    return
      "**\(Digits.significant(100 * share, 2)) % of the test tokens do not occur in training,** which shows no model how probable `<unk>` is: "
      + "neither models nor the baseline are asked for them (`minimum_count: 2` makes `<unk>` a token like any other)."
  }

  /// Columns of text that end before a chunk does make smaller steps than the settings say.
  private func short(_ task: TaskResults) -> String? {
    let columns = task.records.filter { $0.cell.harness == LanguageModelling.name }.compactMap { record -> Int? in
      let training = record.settings["training"]
      guard let batch = training?["batch"]?.number.flatMap({ Int(exactly: $0) }), batch > 0,
        let chunk = training?["chunk"]?.number, let tokens = record.data.sizes[.train]
      else { return nil }
      let length = (tokens - 1) / batch
      return Double(length) < chunk ? length : nil
    }
    guard let shortest = columns.min() else { return nil }
    return
      "**The training text is short for its batches:** a column of it has \(Markdown.count(shortest, "token")), less than `chunk`, so that an epoch "
      + "is a single step. Lower `batch`."
  }

  /// A split that shows test items in training is said where its scores stand.
  private func leak(_ task: TaskResults) -> String? {
    guard task.records.contains(where: { $0.settings["data"]?["duplicates"]?.string == "apart" }) else { return nil }
    return
      "Equal texts may stand on different sides of this split (`duplicates: apart`), as in a random one: test items that "
      + "also occur in training make these scores higher than on new texts."
  }

  /// Runs of different programs are not taken for runs of one.
  private func programs(_ task: TaskResults) -> String? {
    let programs = task.records.map(\.environment.program).unique
    guard programs.count > 1 else { return nil }
    return "The runs come from different states of the program: \(Markdown.list(programs.map(Markdown.code)))."
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

extension Machine.Environment {
  /// The state of the program.
  fileprivate var program: String { "\(version) (\(commit)\(build.map { ", build \($0.prefix(8))" } ?? ""))" }
}
