import UnrollStatistics

/// Verdicts in words: the same in tables and sentences.
struct VerdictText {
  let ranking: Ranking

  /// `top group`, `worse by 0.3 to 1.2`, `undecided (about 12 seeds)`.
  func cell(_ standing: Standing) -> String {
    switch standing.verdict {
    case .top where ranking.standings.count == 1: "–"
    case .top: (ranking.top.count == 1 ? "**alone at the top**" : "**top group**") + equal(standing, ", ")
    case .worse: "worse by \(amounts(standing))"
    case .undecided where standing.isEqual: equal(standing, "")
    case .undecided(let seeds?): "undecided (about \(Markdown.count(seeds, "seed")))"
    case .undecided(nil): "undecided (more test items)"
    case .unstable: "unstable" + share(standing)
    case .broke: (standing.backend.lost.isEmpty ? "below the baseline" : "broke") + share(standing)
    case .unjudged(.fewSeeds): "not judged: too few seeds"
    case .unjudged(.noSpread): "not judged: no spread"
    }
  }

  /// `0.3 to 1.2`, a percentage's in points: how much worse than the best, by the bounds that hold for all pairs at once.
  func amounts(_ standing: Standing) -> String {
    guard let gap = standing.gap else { return "–" }
    // No difference is larger than what the metric can be.
    let most = ranking.metric.range.upperBound
    let ends = [gap.estimate.value - gap.half, min(gap.estimate.value + gap.half, most)]
    return ends.map(ranking.text.number).joined(separator: " to ")
  }

  /// Of those that broke or are unstable: `, 2 of 3 seeds work (9 to 99 %)`.
  func share(_ standing: Standing) -> String {
    guard let working = standing.working, let rate = standing.workingRate else { return "" }
    let ends = [rate.lowerBound, rate.upperBound].map { Digits.fixed(100 * $0, 0) }
    return
      ", \(working) of \(Markdown.count(standing.backend.records.count, "seed")) work (\(ends[0]) to \(ends[1]) %)"
  }

  private func equal(_ standing: Standing, _ comma: String) -> String {
    standing.isEqual ? "\(comma)equal within \(ranking.margin.text(ranking.metric))" : ""
  }
}
