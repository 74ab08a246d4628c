import UnrollStatistics
import UnrollTraining

/// The answer in a few sentences, each computed from the numbers below it, and the one figure that shows it.
struct AnswerSection: ReportSection {
  let title = "Answer"

  func blocks(_ study: StudyResults) -> [Block] {
    let tasks = study.tasks.map { task in "**\(Markdown.escape(task.name))**: \(TaskAnswer(task).text)" }
    let picture = IntervalFigure(study).figure.map(Block.figure)
    return [separated(study), overall(study)].compactMap { $0.map(Block.paragraph) }
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

  /// How often each backend is in the top group, when there is more than one task.
  private func overall(_ study: StudyResults) -> String? {
    let rankings = study.tasks.compactMap(\.rankings.first).filter { $0.pooled > 1 && $0.isJudged }
    guard rankings.count > 1 else { return nil }
    let counts = study.backends.map { name in
      (name, rankings.count { $0.top.contains { $0.backend.name == name } })
    }
    let ordered = counts.enumerated().filter { $0.element.1 > 0 }
      .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }.map(\.element)
    let items = ordered.map { "\(Markdown.code($0.0)) on \($0.1)" }
    return "In the top group, of \(rankings.count) tasks: \(Markdown.list(items))."
  }

  /// Which claim the sentences make.
  private func claim(_ study: StudyResults) -> String {
    let knowsItems = study.tasks.compactMap(\.rankings.first).allSatisfy(\.knowsItems)
    let scope =
      knowsItems
      ? "other seeds and other test items"
      : "other seeds, on these test items alone where runs do not say how each of them went"
    return
      "*The top group contains the best model with 95 % confidence (Hsu's comparison with the best, over pooled seeds); worse is said "
      + "only by Tukey's bounds for all pairs, so that of tables of equal models at most one in twenty says it. Intervals are 95 %, "
      + "for \(scope); training data and splits are the same throughout.*"
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
    if ranking.pooled == 1 { return "\(name(best)) reaches a \(metric) of \(score(best, ranking, named: false))." }
    guard ranking.isJudged, best.verdict == .top else {
      return "\(name(best)) has the best mean \(metric), \(score(best, ranking, named: false))."
    }
    guard !others.isEmpty else {
      return "\(name(best)) is alone at the top, with a \(metric) of \(score(best, ranking, named: false))."
    }
    return "the top group of \(ranking.top.count) in \(metric) is \(Markdown.list([score(best, ranking)] + others))."
  }

  private func equal(_ ranking: Ranking) -> String? {
    let names = ranking.standings.filter(\.isEqual).map(name)
    guard !names.isEmpty, let best = ranking.best else { return nil }
    let all = names.count == ranking.standings.count - 1 && names.count > 1 ? "All others are" : nil
    return "\(all ?? "\(Markdown.list(names)) \(names.count == 1 ? "is" : "are")") equal to \(name(best)) within "
      + "\(ranking.margin.text(ranking.metric))."
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
      guard case .undecided(let seeds) = standing.verdict, !standing.isEqual else { return nil }
      let need = seeds.map { "about \(Markdown.count($0, "seed")) would tell" } ?? "only more test items would tell"
      return "\(score(standing, ranking)), \(need)"
    }
    return items.isEmpty ? nil : "Undecided: \(items.joined(separator: "; "))."
  }

  /// Why nothing is said of who is better.
  private func unjudged(_ ranking: Ranking) -> String? {
    if !ranking.isJudged {
      let degrees = Markdown.count(Int(ranking.freedom), "degree")
      return
        "Who is better is not said: the seeds of \(Markdown.count(ranking.pooled, "backend")) give \(degrees) of freedom, and below "
        + "\(Digits.plain(Judgement.fewestDegrees)) chance decides. More seeds would tell."
    }
    let names = ranking.standings.filter { $0.verdict == .unjudged(.noSpread) }.map { score($0, ranking) }
    return names.isEmpty
      ? nil : "Not judged, because no seed differs from another: \(Markdown.list(names))."
  }

  /// Those that left the pool.
  private func outside(_ ranking: Ranking, _ words: VerdictText) -> String? {
    let items = ranking.standings.filter { [.broke, .unstable].contains($0.verdict) && $0.working != nil }.map {
      standing in
      "\(name(standing)) \(standing.verdict == .broke ? "broke" : "is unstable")\(words.share(standing))"
    }
    return items.isEmpty
      ? nil
      : "Not compared: \(Markdown.list(items)); a seed works where it comes nearer to the best mean than to the baseline."
  }

  /// The least parameters and the least time in the top group.
  private func cheapest(_ ranking: Ranking) -> String? {
    let top = ranking.top
    guard ranking.isJudged, top.count > 1 else { return nil }
    let small = top.cheapest { Double($0.parameters) }, quick = top.cheapest(\.seconds)
    let size = "\(small.backend.count(\.parameters)) parameters"
    let time = "\(quick.backend.cost(\.seconds)?.costText ?? "–") s a run"
    if small.backend.name == quick.backend.name {
      return "Of the top group \(name(small)) is both the smallest (\(size)) and the quickest to train (\(time))."
    }
    return "Of the top group \(name(small)) is the smallest (\(size)), \(name(quick)) the quickest to train (\(time))."
  }

  private func worseThanBaseline(_ ranking: Ranking) -> String? {
    let names = ranking.standings.filter(\.isWorseThanBaseline).map { score($0, ranking) }
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
  /// The one with the smallest mean cost, earlier ones first among equals.
  fileprivate func cheapest(_ value: (RunRecord.Cost) -> Double) -> Standing {
    func mean(_ standing: Standing) -> Double { standing.backend.cost(value)?.mean ?? .infinity }
    return self.min { mean($0) < mean($1) }!
  }
}
