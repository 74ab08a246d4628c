import UnrollStatistics
import UnrollTraining

/// The answer in a few sentences, each computed from the numbers below it, and the one figure that shows it.
struct AnswerSection: ReportSection {
  let title = "Answer"

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.map { task in "**\(Markdown.escape(task.name))**: \(TaskAnswer(task).text)" }
    let picture = IntervalFigure(study).figure.map(Block.figure)
    return [separated(study), selected(study), overall(study)].compactMap { $0.map(Block.paragraph) }
      + (tasks.count > 4
        ? [picture].compactMap(\.self) + [.details("Task by task", [.list(tasks)])]
        : [.list(tasks)] + [picture].compactMap(\.self))
      + [.paragraph(claim(study))]
  }

  private func separated(_ study: StudyResults) -> String? {
    guard !study.separated.isEmpty else { return nil }
    return
      "**Not one task:** the runs of \(Markdown.list(study.separated.map(Markdown.escape))) have vocabularies or label sets of "
      + "different sizes. Scores over them do not compare, so each size stands as a task of its own."
  }

  /// Of how many candidates development chose each backend's.
  private func selected(_ study: StudyResults) -> String? {
    func counts(_ backends: [BackendResults]) -> [Int] { backends.map(\.selection.candidates.count).unique.sorted() }
    let all = study.tasks.flatMap(\.backends)
    guard let most = counts(all).last, most > 1 else { return nil }
    let place = "([Selection](#selection))"
    guard counts(all).count > 1 else {
      return "Each backend stands with the one of \(most) candidates that development chose \(place)."
    }
    let items = study.backends.map { name in
      "\(Markdown.code(name)) of \(counts(all.filter { $0.name == name }).map(Digits.whole).joined(separator: " or "))"
    }
    return "Each backend stands with the candidate that development chose \(place): \(Markdown.list(items))."
  }

  /// How often each backend is in the top group, when there is more than one task. A family, one task at several values of an option, counts once.
  private func overall(_ study: StudyResults) -> String? {
    let groups = OverTasks.independent(study.tasks, TaskFamily.all(study)).filter { group in
      group.compactMap(\.rankings.first).contains { $0.pooled > 1 && $0.isJudged }
    }
    guard groups.count > 1 else { return nil }
    func isOnTop(_ name: String, _ group: [TaskResults]) -> Bool {
      group.allSatisfy { task in task.rankings.first?.top.contains { $0.backend.name == name } ?? false }
    }
    let counts = study.backends.map { name in (name, groups.count { isOnTop(name, $0) }) }
    let ordered = counts.enumerated().filter { $0.element.1 > 0 }
      .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }.map(\.element)
    guard !ordered.isEmpty else { return nil }
    let items = ordered.map { "\(Markdown.code($0.0)) on \($0.1)" }
    let hasFamilies = groups.contains { $0.count > 1 }
    let families =
      hasFamilies ? " (a task at several values of an option counts once, where it holds at all of them)" : ""
    return "In the top group, of \(groups.count) tasks\(families): \(Markdown.list(items))."
  }

  /// Which claim the sentences make.
  private func claim(_ study: StudyResults) -> String {
    let (folded, whole) = (study.tasks.filter(\.isOfFolds), study.tasks.filter { !$0.isOfFolds })
    let blind = whole.filter { !($0.rankings.first?.knowsItems ?? false) }.map { Markdown.escape($0.name) }
    let names = folded.map { Markdown.escape($0.name) }
    let why = "(runs do not say how each item went, or the metric is no sum over items)"
    let scope =
      blind.isEmpty
      ? "for other seeds and other test items"
      : blind.count == whole.count
        ? "for other seeds on these test items \(why)"
        : "for other seeds and other test items, of \(Markdown.list(blind)) for other seeds alone \(why)"
    let claims = [
      whole.isEmpty ? nil : "\(scope); training data and splits are the same throughout",
      folded.isEmpty
        ? nil
        : "\(whole.isEmpty ? "" : "of \(Markdown.list(names)) ")for other texts to train on and to test, as far as folds tell",
    ]
    return
      "*The top group contains the best of the compared models with 95 % confidence (Hsu's comparison with the best, over pooled seeds); worse is said "
      + "only by Tukey's bounds for all pairs, so that of tables of equal models at most one in twenty says it. Intervals are 95 %, "
      + "\(claims.compactMap(\.self).joined(separator: "; ")).*"
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
    let words = VerdictText(ranking: ranking)
    let sentences = [
      lead(ranking), equal(ranking), worse(ranking, words), undecided(ranking), unjudged(ranking),
      outside(ranking, words),
      cheapest(ranking), worseThanBaseline(ranking), lost,
    ]
    return sentences.compactMap { $0 }.joined(separator: " ")
  }

  private func lead(_ ranking: Ranking) -> String {
    guard let best = ranking.best else {
      return "no backend is the best: each broke (lost a run, or has one below the baseline) or is unstable."
    }
    let metric = "test \(Markdown.escape(ranking.metric.name))"
    let others = listed(ranking.top.dropFirst(), ranking)
    switch best.verdict {
    case .unjudged(.alone): return "\(name(best)) reaches a \(metric) of \(score(best, ranking, named: false))."
    case .top where !others.isEmpty:
      return "the top group of \(ranking.top.count) in \(metric) is \(Markdown.list([score(best, ranking)] + others))."
    case .top: return "\(name(best)) is alone at the top, with a \(metric) of \(score(best, ranking, named: false))."
    default: return "\(name(best)) has the best mean \(metric), \(score(best, ranking, named: false))."
    }
  }

  private func equal(_ ranking: Ranking) -> String? {
    let names = ranking.standings.filter(\.isEqual).map(name)
    guard !names.isEmpty, let best = ranking.best else { return nil }
    let all = names.count == ranking.standings.count - 1 && names.count > 1
    return
      "Equal to \(name(best)) within \(ranking.margin.text(ranking.metric)): \(all ? "all others" : Markdown.list(names))."
  }

  private func worse(_ ranking: Ranking, _ words: VerdictText) -> String? {
    let worse = ranking.standings.filter { $0.verdict == .worse }
    guard !worse.isEmpty, let best = ranking.best else { return nil }
    let items = worse.prefix(4).map { "\(name($0)) by \(words.amounts($0))\(unit(ranking))" }
    let more = worse.count > 4 ? ["\(Digits.whole(worse.count - 4)) more"] : []
    return "Worse than \(name(best)): \(Markdown.list(items + more))."
  }

  private func undecided(_ ranking: Ranking) -> String? {
    let items = ranking.standings.compactMap { standing -> String? in
      guard case .undecided(let seeds) = standing.verdict else { return nil }
      let need = seeds.map { "about \(Markdown.count($0, "seed"))" } ?? "only more \(ranking.wanting)"
      return "\(score(standing, ranking)), \(need) would tell"
    }
    return items.isEmpty ? nil : "Undecided: \(items.joined(separator: "; "))."
  }

  /// Why nothing is said of who is better.
  private func unjudged(_ ranking: Ranking) -> String? {
    if ranking.best?.verdict == .unjudged(.fewSeeds) {
      let degrees = Markdown.count(Int(ranking.freedom), "degree")
      return
        "Who is better is not said: the \(ranking.noun)s of \(Markdown.count(ranking.pooled, "backend")) give \(degrees) of freedom, and below "
        + "\(Digits.plain(Judgement.fewestDegrees)) chance decides. More \(ranking.noun)s would tell."
    }
    let names = ranking.standings.filter { $0.verdict == .unjudged(.noSpread) }.map { score($0, ranking) }
    return names.isEmpty
      ? nil : "Not judged, because no \(ranking.noun) differs from another: \(Markdown.list(names))."
  }

  /// Those that left the pool.
  private func outside(_ ranking: Ranking, _ words: VerdictText) -> String? {
    let left = ranking.standings.filter { !$0.verdict.isCompared }
    guard !left.isEmpty else { return nil }
    let items = left.map { standing in
      let what =
        standing.verdict == .unstable
        ? "is unstable (sd \(words.deviations(standing)))"
        : standing.backend.lost.isEmpty ? "has \(ranking.noun)s below the baseline" : "broke"
      return "\(name(standing)) \(what)\(words.share(standing))"
    }
    let rule = left.contains { $0.working != nil }
    return "Not compared: \(items.joined(separator: "; "))."
      + (rule ? " A \(ranking.noun) works where it comes nearer to the best mean than to the baseline." : "")
  }

  /// The least parameters in the top group, and the least time where times compare.
  private func cheapest(_ ranking: Ranking) -> String? {
    let top = ranking.top
    guard top.count > 1 else { return nil }
    let small = top.cheapest { Double($0.parameters) }, quick = top.cheapest(\.seconds)
    let size = "\(small[0].backend.count(\.parameters)) parameters"
    let smallest = "\(Markdown.list(small.map(name))) \(small.count == 1 ? "is" : "are") the smallest (\(size))"
    guard task.timesCompare else { return "Of the top group \(smallest)." }
    let time = "\(quick[0].backend.cost(\.seconds)?.costText ?? "–") s a run"
    if small.count == 1, small[0].backend.name == quick[0].backend.name {
      return "Of the top group \(name(small[0])) is both the smallest (\(size)) and the quickest to train (\(time))."
    }
    return "Of the top group \(smallest), \(name(quick[0])) the quickest to train (\(time))."
  }

  private func worseThanBaseline(_ ranking: Ranking) -> String? {
    let names = ranking.standings.filter(\.isWorseThanBaseline).map { score($0, ranking) }
    guard !names.isEmpty, let baseline = ranking.baseline else { return nil }
    let verb = names.count == 1 ? "mean of \(names[0]) is" : "means of \(Markdown.list(names)) are"
    return "**Below the baseline:** the \(verb) worse than the \(Markdown.escape(task.baseline)) baseline "
      + "(\(ranking.text.baseline(baseline)))."
  }

  private var lost: String? {
    let items = task.backends.filter { !$0.lost.isEmpty }.map { backend in
      "\(Markdown.code(backend.name)) lost \(backend.lost.count) of \(backend.records.count)"
    }
    return items.isEmpty ? nil : "Not all runs left scores: \(Markdown.list(items)); means stand for those that did."
  }

  /// Four of them with their scores, and how many more there are.
  private func listed(_ standings: ArraySlice<Standing>, _ ranking: Ranking) -> [String] {
    let more = standings.count - 4
    return standings.prefix(4).map { score($0, ranking) } + (more > 0 ? ["\(Digits.whole(more)) more"] : [])
  }

  private func name(_ standing: Standing) -> String { Markdown.code(standing.backend.name) }

  /// `` `gru` (93.33 %, 93.10 to 93.52) ``, or without the name `93.33 % (95 % interval 93.10 to 93.52)`.
  private func score(_ standing: Standing, _ ranking: Ranking, named: Bool = true) -> String {
    let mean = ranking.text.quantity(standing.sample.mean)
    let interval = standing.interval.map(ranking.text.interval)
    if named { return "\(name(standing)) (\(([mean] + [interval].compactMap { $0 }).joined(separator: ", ")))" }
    return mean + (interval.map { " (95 % interval \($0))" } ?? "")
  }

  private func unit(_ ranking: Ranking) -> String { ranking.metric.unit == .percent ? " points" : "" }
}

extension [Standing] {
  /// Those with the smallest mean cost.
  fileprivate func cheapest(_ value: (RunRecord.Cost) -> Double) -> [Standing] {
    func mean(_ standing: Standing) -> Double { standing.backend.cost(value)?.mean ?? .infinity }
    let least = self.map(mean).min()
    return filter { mean($0) == least }
  }
}
