import UnrollTraining

/// The answer in a few sentences, each computed from the numbers below it.
struct AnswerSection: ReportSection {
  let title = "Answer"

  func blocks(_ study: StudyResults) -> [Block] {
    let significance = Digits.plain(Ranking.significance)
    let tasks = study.tasks.map { task in "**\(Markdown.escape(task.name))**: \(TaskAnswer(task).text)" }
    return [separated(study), overall(study)].compactMap { $0.map(Block.paragraph) } + [
      .list(tasks),
      .paragraph(
        "A difference counts as distinguishable when Welch's two-sided t-test over the seeds gives p ≤ \(significance); p-values "
          + "are not corrected for the number of comparisons, and seeds stand for one split of the data only."),
    ]
  }

  private func separated(_ study: StudyResults) -> String? {
    guard !study.separated.isEmpty else { return nil }
    return
      "**Not one task:** the runs of \(Markdown.list(study.separated.map(Markdown.escape))) have vocabularies or label sets of "
      + "different sizes. Scores over them do not compare, so each size stands as a task of its own."
  }

  /// How often each backend is among the best, when there is more than one task.
  private func overall(_ study: StudyResults) -> String? {
    let rankings = study.tasks.compactMap { $0.rankings.first?.standings }.filter { $0.count > 1 }
    guard rankings.count > 1, study.backends.count > 1 else { return nil }
    let counts = study.backends.map { name in
      (name, rankings.count { $0.contains { $0.backend.name == name && $0.verdict.isAmongBest } })
    }
    let ordered = counts.enumerated().filter { $0.element.1 > 0 }
      .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }.map(\.element)
    let items = ordered.map { "\(Markdown.code($0.0)) on \($0.1)" }
    return "Over \(rankings.count) tasks, best or not distinguishable from the best: \(Markdown.list(items))."
  }
}

/// The sentences on one task.
private struct TaskAnswer {
  let task: TaskResults

  init(_ task: TaskResults) { self.task = task }

  var text: String {
    guard let ranking = task.rankings.first, !ranking.standings.isEmpty else {
      let runs = Markdown.count(task.records.count, "run")
      return "no run has a test score (\(runs), \(task.finished.count) finished), so there is no answer."
    }
    let sentences = [
      winner(ranking), second(ranking), cheapest(ranking), broken(ranking), worseThanBaseline(ranking), lost,
    ]
    return sentences.compactMap { $0 }.joined(separator: " ")
  }

  private func winner(_ ranking: Ranking) -> String {
    guard let best = ranking.best else {
      return "no backend is the best: each lost a run or is worse than the baseline."
    }
    let (name, metric) = (Markdown.code(best.backend.name), Markdown.escape(ranking.metric.name))
    let lead =
      ranking.standings.count == 1 ? "\(name) reaches a test \(metric) of" : "\(name) has the best test \(metric),"
    let interval = ranking.text.interval(best.sample).map { ", 95 % interval of the mean \($0)" } ?? ""
    return "\(lead) \(ranking.text.sentence(best.sample))\(interval)."
  }

  /// Whether the best is more than luck, and who else might be it.
  private func second(_ ranking: Ranking) -> String? {
    let sound = ranking.standings.filter { $0.verdict != .broke }
    guard sound.count > 1 else { return nil }
    let name = "\(Markdown.code(sound[1].backend.name)), \(ranking.text.sentence(sound[1].sample)),"
    let also = sound.dropFirst(2).filter(\.verdict.isAmongBest).map { Markdown.code($0.backend.name) }
    func others(_ than: String) -> String {
      also.isEmpty
        ? "" : " \(Markdown.list(also)) \(also.count == 1 ? "is" : "are") not distinguishable from \(than)."
    }
    switch sound[1].verdict {
    // A third with a larger spread may still be as good as the best.
    case .apart(let p):
      return "The second, \(name) is distinguishably worse (\(Digits.pValue(p)))." + others("the best")
    case .close(let p):
      return "The second, \(name) is not distinguishable from it (\(Digits.pValue(p)))." + others("it either")
    case .equal: return "The second, \(name) has the same score in every seed." + others("the best")
    case .untested(.singleSeed):
      return "The second is \(name) but a single seed has no spread, so nothing says whether they differ."
    default:
      return "The second is \(name) but the spread of the seeds is none, or no number, so no test can tell them apart."
    }
  }

  /// Backends that lost runs have means of fewer seeds, which nothing is concluded from.
  private func broken(_ ranking: Ranking) -> String? {
    let names = ranking.standings.filter { !$0.backend.lost.isEmpty }.map { standing in
      let score = ranking.text.sentence(standing.sample, of: standing.backend.records.count)
      return "\(Markdown.code(standing.backend.name)), \(score)"
    }
    return names.isEmpty ? nil : "Not compared, because runs are missing: \(Markdown.list(names))."
  }

  /// The least parameters and the least time among those as good as the best.
  private func cheapest(_ ranking: Ranking) -> String? {
    guard ranking.standings.count > 1, let near = ranking.withinOneDeviation else { return nil }
    let hasSpread = near[0].sample.sd! > 0
    let lead = hasSpread ? "Within one standard deviation of the best mean" : "Of those with the best mean"
    guard near.count > 1 else { return hasSpread ? "\(lead) there is no other." : nil }
    let small = near.cheapest { Double($0.parameters) }, quick = near.cheapest(\.seconds)
    let size = "\(small.backend.count(\.parameters)) parameters"
    let time = "\(quick.backend.cost(\.seconds)?.costText ?? "–") s a run"
    if small.backend.name == quick.backend.name {
      return "\(lead), \(Markdown.code(small.backend.name)) is both the smallest (\(size)) and the quickest (\(time))."
    }
    return "\(lead), \(Markdown.code(small.backend.name)) is the smallest (\(size)) and "
      + "\(Markdown.code(quick.backend.name)) the quickest (\(time))."
  }

  private func worseThanBaseline(_ ranking: Ranking) -> String? {
    let names = ranking.standings.filter(\.isWorseThanBaseline).map {
      "\(Markdown.code($0.backend.name)) (\(ranking.text.sentence($0.sample)))"
    }
    guard !names.isEmpty, let baseline = ranking.baseline else { return nil }
    return "**Worse than the baseline:** \(Markdown.list(names)) \(names.count == 1 ? "is" : "are") worse than the "
      + "\(Markdown.escape(task.baseline)) baseline (\(ranking.text.baseline(baseline)))."
  }

  private var lost: String? {
    let items = task.backends.filter { !$0.lost.isEmpty }.map { backend in
      "\(Markdown.code(backend.name)) lost \(backend.lost.count) of \(backend.records.count)"
    }
    return items.isEmpty ? nil : "Not all runs left scores: \(Markdown.list(items)); means stand for those that did."
  }
}

extension [Standing] {
  /// The one with the smallest mean cost, earlier ones first among equals.
  fileprivate func cheapest(_ value: (RunRecord.Cost) -> Double) -> Standing {
    func mean(_ standing: Standing) -> Double { standing.backend.cost(value)?.mean ?? .infinity }
    return self.min { mean($0) < mean($1) }!
  }
}
