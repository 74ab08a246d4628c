import UnrollCore
import UnrollStatistics

/// What all tasks say together: wins, ties and losses, and from five seeds all scores on one scale.
struct OverTasksSection: ReportSection {
  let title = "Over tasks"

  private static let fewestSeeds = 5
  private static let resamples = 5_000

  func blocks(_ study: StudyResults) -> [Block] {
    guard let all = OverTasks(study) else { return [] }
    return [
      .paragraph(sentences(all)), .table(wins(all)),
      .details("Every backend against every other", [.table(pairs(all))]),
    ]
      + scale(all, study)
  }

  private func sentences(_ all: OverTasks) -> String {
    let families = all.tasks.filter { $0.count > 1 }
    let once =
      families.isEmpty
      ? ""
      : " Tasks that differ in numbers of their data alone count once: \(families.map(names).joined(separator: "; "))."
    let left = all.left.isEmpty ? "" : " Left out, without scores on some task: \(listed(all.left))."
    let leader =
      all.leader == nil
      ? ""
      : " The leader has the highest interquartile mean of (score − baseline) / (best − baseline) over all seeds and tasks."
    return
      "\(Markdown.count(all.tasks.count, "independent task")).\(once) One backend wins a task from another where Tukey's bounds for all pairs "
      + "tell the two apart\(families.isEmpty ? "" : " (where that is so more often than the other way round)"); otherwise they tie. "
      + "What broke or is unstable on a task is not compared there.\(left)\(leader) \(test(all))"
  }

  private func test(_ all: OverTasks) -> String {
    guard all.significance != nil else {
      return all.tasks.count < OverTasks.fewestForTest
        ? "Fewer than \(OverTasks.fewestForTest) tasks are too few for a test."
        : "No test: too few scores on one scale."
    }
    return
      "p is that of Wilcoxon's exact signed-rank test over the means of the tasks on this scale, two-sided, after Holm for all pairs of "
      + "backends, since the leader is picked after looking."
  }

  private func wins(_ all: OverTasks) -> MarkdownTable {
    let (leader, p) = (all.leader?.backend, all.significance)
    var columns: [(String, MarkdownTable.Alignment)] = [
      ("backend", .left), ("wins", .right), ("ties", .right), ("losses", .right), ("not compared", .right),
    ]
    if let leader { columns.append(("wins–ties–losses against \(Markdown.code(leader))", .right)) }
    if p != nil { columns.append(("p", .right)) }
    var table = MarkdownTable(columns)
    for backend in all.scaled.map(\.backend)
      + all.backends.filter({ name in !all.scaled.contains { $0.backend == name } })
    {
      var row = [Markdown.code(backend)] + cells(all.tally(backend))
      if let leader {
        let tally = all.tally(backend, leader)
        row.append(backend == leader ? "leader" : "\(tally.wins)–\(tally.ties)–\(tally.losses)")
      }
      if let p { row.append(p[backend].map(Digits.probability) ?? "–") }
      table.add(row)
    }
    return table
  }

  private func pairs(_ all: OverTasks) -> MarkdownTable {
    var table = MarkdownTable([
      ("backend", .left), ("against", .left), ("wins", .right), ("ties", .right), ("losses", .right),
      ("not compared", .right),
    ])
    for (place, backend) in all.backends.enumerated() {
      for other in all.backends.dropFirst(place + 1) {
        table.add([Markdown.code(backend), Markdown.code(other)] + cells(all.tally(backend, other)))
      }
    }
    return table
  }

  private func cells(_ tally: OverTasks.Tally) -> [String] {
    [tally.wins, tally.ties, tally.losses, tally.unjudged].map(Digits.whole)
  }

  /// The table and the figure of interquartile means.
  private func scale(_ all: OverTasks, _ study: StudyResults) -> [Block] {
    let rows = all.scaled.filter { $0.fewestSeeds >= OverTasksSection.fewestSeeds }
    guard rows.count > 1, let leader = rows.first else { return [] }
    let means = rows.map { row in
      interval([row.scores], row.backend, study) { Aggregates.interquartileMean($0[0]) }
    }
    var table = MarkdownTable([
      ("backend", .left), ("interquartile mean ↑", .right), ("95 % interval", .right),
      ("better than \(Markdown.code(leader.backend))", .right), ("95 % interval of it", .right),
    ])
    for (row, mean) in zip(rows, means) {
      var cells = [Markdown.code(row.backend), Digits.fixed(row.interquartileMean, 3), text(mean, 3)]
      if row.backend == leader.backend {
        cells += ["leader", ""]
      } else {
        let share = { (pair: [[[Double]]]) in Aggregates.probabilityOfImprovement(pair[0], over: pair[1]) }
        let ends = interval([row.scores, leader.scores], row.backend, study, share)
        cells += [Digits.fixed(share([row.scores, leader.scores]), 2), text(ends, 2)]
      }
      table.add(cells)
    }
    let figure = OverTasksFigure(rows: zip(rows, means).map { ($0.backend, $0.interquartileMean, $1) }).figure
    return [.paragraph(words(all, rows)), .table(table), .figure(figure)]
  }

  private func words(_ all: OverTasks, _ rows: [OverTasks.Scaled]) -> String {
    let left = all.backends.filter { name in !rows.contains { $0.backend == name } }
    let missing =
      left.isEmpty
      ? ""
      : " Left out, with a lost run or fewer than \(OverTasksSection.fewestSeeds) seeds on some task: \(listed(left))."
    let flat = all.unscaled.map { Markdown.escape($0.name) }
    let unscaled =
      flat.isEmpty ? "" : " Without \(Markdown.list(flat)), where no mean that counts is better than the baseline."
    return
      "On one scale 0 is the baseline of a task and 1 its best mean: (score − baseline) / (best − baseline). The interquartile mean is that of "
      + "the middle half of all seeds on all tasks; *better* is how probable a seed is to beat one of the leader on the same task (a half: as often "
      + "as not). Intervals are \(Digits.whole(OverTasksSection.resamples)) bootstraps over seeds within tasks: they speak of other seeds on these "
      + "tasks, not of other tasks.\(unscaled)\(missing)"
  }

  /// Random numbers hang on the names of study and backend, so that a report is a function of its records.
  private func interval(
    _ models: [[[Double]]], _ backend: String, _ study: StudyResults, _ statistic: ([[[Double]]]) -> Double
  ) -> ClosedRange<Double> {
    var random = RandomSource(seed: 0).split(study.records[0].study).split(backend)
    let count = models[0].count
    return Aggregates.interval(
      of: Array(models.joined()), resamples: OverTasksSection.resamples, using: &random
    ) { lists in statistic(models.indices.map { Array(lists[($0 * count)..<(($0 + 1) * count)]) }) }
  }

  private func text(_ ends: ClosedRange<Double>, _ decimals: Int) -> String {
    [ends.lowerBound, ends.upperBound].map { Digits.fixed($0, decimals) }.joined(separator: " to ")
  }

  private func names(_ tasks: [TaskResults]) -> String { Markdown.list(tasks.map { Markdown.escape($0.name) }) }

  private func listed(_ backends: [String]) -> String { Markdown.list(backends.map(Markdown.code)) }
}

/// Interquartile means with their intervals, a row a backend, the baseline at 0.
private struct OverTasksFigure {
  let rows: [(backend: String, mean: Double, interval: ClosedRange<Double>)]
  /// What lies further below the baseline would press all others together.
  private static let lowest = -1.0

  var figure: Figure {
    let shown = rows.filter { $0.mean >= OverTasksFigure.lowest }
    let ends = shown.flatMap { row -> [Double] in
      [max(row.interval.lowerBound, OverTasksFigure.lowest), row.interval.upperBound]
    }
    let axis = Axis("interquartile mean of (score − baseline) / (best − baseline) →", holding: ends + [0])
    let places = rows.enumerated().map { (place: -Double($0), row: $1) }
    let drawn = places.filter { $0.row.mean >= axis.low }
    let outside = places.filter { $0.row.mean < axis.low }.map { [axis.value(at: 0.02), $0.place] }
    let bars = drawn.map { place, row -> [Double] in
      [row.mean, place, max(row.interval.lowerBound, axis.low), row.interval.upperBound]
    }
    var plots: [Plot] = [.intervals(bars, Look(index: 0), point: 7, isStrong: true)]
    if !outside.isEmpty { plots.append(.outside(outside, Look(index: 7), isLeft: true)) }
    plots.append(.baseline(.rows([[0, 0.5], [0, 0.5 - Double(rows.count)]]), title: ""))
    return Figure(
      name: "over-tasks",
      title: "Interquartile means over all tasks with their 95 % intervals, a row a backend; dashed: the baseline"
        + (outside.isEmpty ? "" : "; ◂: outside"),
      script: Panel.rows([Panel(x: axis, y: Axis(names: rows.map(\.backend)), plots: plots)], titles: [""]))
  }
}
