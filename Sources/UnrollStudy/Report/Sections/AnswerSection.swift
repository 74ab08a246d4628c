import UnrollCore

/// The answer in a few sentences, each computed from the numbers below it.
struct AnswerSection: ReportSection {
  let title = "Answer"

  func blocks(_ study: StudyResults) -> [Block] {
    var blocks: [Block] = []
    if !study.separated.isEmpty {
      blocks.append(
        .paragraph(
          "**Not one task:** the runs of \(Markdown.list(study.separated.map(Markdown.escape))) have vocabularies or label sets of "
            + "different sizes. Scores over them do not compare, so each size stands as a task of its own."))
    }
    if let overall = overall(study) { blocks.append(.paragraph(overall)) }
    blocks.append(
      .list(study.tasks.map { task in "**\(Markdown.escape(task.name))**: \(TaskAnswer(task: task).text)" }))
    blocks.append(
      .paragraph(
        "A difference counts as distinguishable when Welch's two-sided t-test over the seeds gives p ≤ 0.05; p-values "
          + "are not corrected for the number of comparisons, and seeds stand for one split of the data only."))
    return blocks
  }

  /// How often each backend is among the best, when there is more than one task.
  private func overall(_ study: StudyResults) -> String? {
    let rankings = study.tasks.compactMap { task in task.primary.map { task.ranking($0) } }.filter { $0.count > 1 }
    guard rankings.count > 1, study.backends.count > 1 else { return nil }
    let counts = study.backends.map { name in
      (name, rankings.filter { $0.contains { $0.backend.name == name && $0.verdict.isAmongBest } }.count)
    }
    let ordered = counts.enumerated().filter { $0.element.1 > 0 }
      .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }.map(\.element)
    let items = ordered.map { "\(Markdown.code($0.0)) on \($0.1)" }
    return "Over \(rankings.count) tasks, best or not distinguishable from the best: \(Markdown.list(items))."
  }
}

extension Standing.Verdict {
  /// The best itself, or not distinguishable from it.
  var isAmongBest: Bool {
    switch self {
    case .best, .equal, .close: true
    case .apart, .untested, .broke: false
    }
  }
}

/// The sentences on one task.
struct TaskAnswer {
  let task: TaskResults

  var text: String {
    let runs = Markdown.count(task.records.count, "run")
    guard let metric = task.primary, case let ranking = task.ranking(metric), !ranking.isEmpty else {
      return "no run has a test score (\(runs), \(task.finished.count) finished), so there is no answer."
    }
    let decimals = metric.decimals(ranking.map(\.sample))
    let sentences = [
      winner(ranking, metric, decimals), second(ranking.filter { $0.verdict != .broke }, metric, decimals),
      cheapest(ranking, metric), broken(ranking, metric, decimals), below(ranking, metric, decimals), lost,
    ]
    return sentences.compactMap { $0 }.joined(separator: " ")
  }

  private func winner(_ ranking: [Standing], _ metric: RunRecord.Metric, _ decimals: Int) -> String {
    let best = ranking[0]
    guard best.verdict == .best else { return "no backend is the best: each lost a run or is worse than the baseline." }
    let verb = ranking.count == 1 ? "reaches a test" : "has the best test"
    let name = "\(Markdown.code(best.backend.name)) \(verb) \(Markdown.escape(metric.name))"
    return "\(name), \(metric.sentence(best.sample, decimals))\(interval(best.sample, metric, decimals))."
  }

  private func interval(_ sample: Sample, _ metric: RunRecord.Metric, _ decimals: Int) -> String {
    guard let half = sample.halfInterval else { return "" }
    let ends = [sample.mean - half, sample.mean + half].map { Digits.fixed($0 * metric.scale, decimals) }
    return ", 95 % interval of the mean \(ends[0]) to \(ends[1])"
  }

  /// Whether the best is more than luck, and who else might be it.
  private func second(_ ranking: [Standing], _ metric: RunRecord.Metric, _ decimals: Int) -> String? {
    guard ranking.count > 1 else { return nil }
    let name = "\(Markdown.code(ranking[1].backend.name)), \(metric.sentence(ranking[1].sample, decimals)),"
    let also = ranking.dropFirst(2).filter(\.verdict.isAmongBest).map { Markdown.code($0.backend.name) }
    func others(_ than: String) -> String {
      also.isEmpty
        ? "" : " \(Markdown.list(also)) \(also.count == 1 ? "is" : "are") not distinguishable from \(than)."
    }
    switch ranking[1].verdict {
    // A third with a larger spread may still be as good as the best.
    case .apart(let p):
      return "The second, \(name) is distinguishably worse (\(Digits.probability(p)))." + others("the best")
    case .close(let p):
      return "The second, \(name) is not distinguishable from it (\(Digits.probability(p)))." + others("it either")
    case .equal: return "The second, \(name) has the same score in every seed." + others("the best")
    case .untested(.singleSeed):
      return "The second is \(name) but a single seed has no spread, so nothing says whether they differ."
    default:
      return "The second is \(name) but the spread of the seeds is none, or no number, so no test can tell them apart."
    }
  }

  /// Backends that lost runs have means of fewer seeds, which nothing is concluded from.
  private func broken(_ ranking: [Standing], _ metric: RunRecord.Metric, _ decimals: Int) -> String? {
    let names = ranking.filter { !$0.backend.lost.isEmpty }.map { standing in
      let score = metric.sentence(standing.sample, decimals, of: standing.backend.records.count)
      return "\(Markdown.code(standing.backend.name)), \(score)"
    }
    return names.isEmpty ? nil : "Not compared, because runs are missing: \(Markdown.list(names))."
  }

  /// The least parameters and the least time among those as good as the best.
  private func cheapest(_ ranking: [Standing], _ metric: RunRecord.Metric) -> String? {
    guard ranking.count > 1, let near = ranking.withinOneDeviation(metric) else { return nil }
    let hasSpread = near[0].sample.sd! > 0
    let lead = hasSpread ? "Within one standard deviation of the best mean" : "Of those with the best mean"
    guard near.count > 1 else { return hasSpread ? "\(lead) there is no other." : nil }
    let small = near.cheapest { Double($0.parameters) }, quick = near.cheapest(\.seconds)
    let size = "\(small.backend.count(\.parameters)) parameters"
    let time = "\(quick.backend.cost(\.seconds)!.costText) s a run"
    if small.backend.name == quick.backend.name {
      return "\(lead), \(Markdown.code(small.backend.name)) is both the smallest (\(size)) and the quickest (\(time))."
    }
    return "\(lead), \(Markdown.code(small.backend.name)) is the smallest (\(size)) and "
      + "\(Markdown.code(quick.backend.name)) the quickest (\(time))."
  }

  private func below(_ ranking: [Standing], _ metric: RunRecord.Metric, _ decimals: Int) -> String? {
    let names = ranking.filter(\.belowBaseline).map {
      "\(Markdown.code($0.backend.name)) (\(metric.sentence($0.sample, decimals)))"
    }
    guard !names.isEmpty, let floor = task.baselineScore(metric) else { return nil }
    return "**Worse than the baseline:** \(Markdown.list(names)) \(names.count == 1 ? "is" : "are") worse than the "
      + "\(Markdown.escape(task.baseline)) baseline (\(metric.floor(floor, decimals)))."
  }

  private var lost: String? {
    let parts = task.backends.filter { !$0.lost.isEmpty }.map { backend in
      "\(Markdown.code(backend.name)) lost \(backend.lost.count) of \(backend.records.count)"
    }
    return parts.isEmpty ? nil : "Not all runs left scores: \(Markdown.list(parts)); means stand for those that did."
  }
}

extension [Standing] {
  /// The one with the smallest mean cost, earlier ones first among equals.
  fileprivate func cheapest(_ value: (RunRecord.Cost) -> Double) -> Standing {
    self.min { $0.backend.cost(value)!.mean < $1.backend.cost(value)!.mean }!
  }
}
