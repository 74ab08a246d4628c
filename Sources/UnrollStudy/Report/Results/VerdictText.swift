import UnrollStatistics

/// Verdicts in words: the same in tables and sentences.
struct VerdictText {
  let ranking: Ranking

  /// `top group`, `worse by 0.3 to 1.2`, `undecided (about 12 seeds)`.
  func cell(_ standing: Standing) -> String {
    let equal = standing.isEqual ? ", equal within \(ranking.margin.text(ranking.metric))" : ""
    switch standing.verdict {
    case .top: return (ranking.top.count == 1 ? "**alone at the top**" : "**top group**") + equal
    case .worse: return "worse by \(amounts(standing))"
    case .undecided(let seeds?): return "undecided (about \(Markdown.count(seeds, "seed")))" + equal
    case .undecided(nil): return "undecided (more \(ranking.wanting))" + equal
    case .unstable: return "unstable (sd \(deviations(standing)))"
    case .broke: return broke(standing) + share(standing)
    case .unjudged(.alone): return "–"
    case .unjudged(.fewSeeds): return "not judged: too few \(ranking.noun)s"
    case .unjudged(.noSpread): return "not judged: no spread"
    }
  }

  /// `0.3 to 1.2`, a percentage's in points: how much worse than the best, by the bounds that hold for all pairs at once.
  func amounts(_ standing: Standing) -> String { standing.lead.map(ranking.text.interval) ?? "–" }

  /// `broke`, or `below the baseline` where all runs left scores.
  func broke(_ standing: Standing) -> String { standing.backend.lost.isEmpty ? "below the baseline" : "broke" }

  /// `9.3 beside 0.4`: its own and what all others share.
  func deviations(_ standing: Standing) -> String {
    let own = standing.sample.sd.map(ranking.text.number) ?? "–"
    return "\(own) beside \(ranking.text.number(ranking.deviation))"
  }

  /// Of those that left the pool: `, 2 of 3 seeds work (95 %: 9 to 99 % of seeds)`.
  func share(_ standing: Standing) -> String {
    guard let working = standing.working, let rate = standing.workingRate else { return "" }
    let ends = [rate.lowerBound, rate.upperBound].map { Digits.fixed(100 * $0, 0) }
    let runs = Markdown.count(standing.backend.records.count, ranking.noun)
    return ", \(working) of \(runs) work (95 %: \(ends[0]) to \(ends[1]) % of \(ranking.noun)s)"
  }
}
