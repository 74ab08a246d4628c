import UnrollStatistics
import UnrollTraining

/// One backend's standing on one metric of a task.
struct Standing {
  let backend: BackendResults
  let sample: Sample
  let verdict: Verdict
  /// How far the best mean leads, larger ones being worse; nil of the best itself and where nothing is judged.
  let gap: Judgement.Gap?
  /// 95 % of the mean over other seeds and, where the ranking knows items, other test items; nil where nothing bounds it.
  let interval: ClosedRange<Double>?
  /// Runs that came nearer to the best mean than to the baseline, of those that broke or are unstable.
  let working: Int?
  /// Shown to be within the margin of the best, and not shown to be worse.
  let isEqual: Bool
  let isWorseThanBaseline: Bool

  /// Of runs that work: `Statistics.rateInterval`.
  var workingRate: ClosedRange<Double>? { working.map { Statistics.rateInterval($0, of: backend.records.count) } }
}

/// The backends of a task that have a test score on one metric.
struct Ranking {
  let metric: Metric
  let baseline: Sample?
  /// Best mean first, those that are unstable or broke behind all others; equal means keep the study's order.
  let standings: [Standing]
  /// How their scores are written.
  let text: ScoreText
  /// Whether intervals and verdicts speak of other test items, too; otherwise of other seeds alone.
  let knowsItems: Bool
  /// Pooled degrees of freedom, and of how many backends.
  let freedom: Double
  let pooled: Int
  let margin: EqualityMargin

  init(
    _ backends: [BackendResults], _ metric: Metric, _ baseline: Sample?, _ margin: EqualityMargin,
    _ critical: CriticalValues
  ) {
    let scored = backends.compactMap { backend in backend.test(metric).map { Entry(backend, $0, metric, baseline) } }
    let judgement = Judgement(scored.map(\.scores), broke: scored.map(\.broke), critical: critical)
    let comparison = judgement.comparison
    let best = judgement.best.map { scored[$0].sample.mean }
    var place = 0
    let standings = scored.enumerated().map { index, entry in
      let verdict = judgement.verdicts[index]
      let leaves = [.broke, .unstable].contains(verdict)
      let mean = leaves ? PooledComparison([entry.scores]).mean(0) : comparison.mean(place)
      place += leaves ? 0 : 1
      return entry.standing(verdict, judgement.gaps[index], mean, best, baseline, margin)
    }
    self.standings = standings.stablySorted { a, b in
      let isLast = [a, b].map { [.broke, .unstable].contains($0.verdict) }
      return isLast[0] == isLast[1] ? metric.isBetter(a.sample.mean, than: b.sample.mean) : isLast[1]
    }
    (self.metric, self.baseline, self.margin) = (metric, baseline, margin)
    (knowsItems, freedom, pooled) = (comparison.knowsItems, comparison.freedom, comparison.models.count)
    text = ScoreText(metric, scored.map(\.sample))
  }

  /// Nil when every backend broke or is unstable.
  var best: Standing? { standings.first.flatMap { [.broke, .unstable].contains($0.verdict) ? nil : $0 } }

  /// The best first; empty where nothing is judged.
  var top: [Standing] { standings.filter { $0.verdict == .top } }

  /// Whether there are enough seeds to say who is better.
  var isJudged: Bool { pooled < 2 || freedom >= Judgement.fewestDegrees }
}

/// A backend before it has its rank.
private struct Entry {
  let backend: BackendResults
  let sample: Sample
  let metric: Metric
  let isWorseThanBaseline: Bool
  let broke: Bool

  init(_ backend: BackendResults, _ sample: Sample, _ metric: Metric, _ baseline: Sample?) {
    (self.backend, self.sample, self.metric) = (backend, sample, metric)
    isWorseThanBaseline = baseline.map { metric.isBetter($0.mean, than: sample.mean) } ?? false
    let error = baseline.map { backend.baselineError(metric, $0.mean) } ?? 0
    let isBelow = baseline.map { baseline in
      sample.values.contains { metric.isBetter(baseline.mean - metric.sign * error, than: $0) }
    }
    broke = !backend.lost.isEmpty || isBelow ?? false
  }

  var scores: ModelScores { ModelScores(pooling: backend.scores(metric)) }

  func standing(
    _ verdict: Verdict, _ gap: Judgement.Gap?, _ mean: PooledComparison.Estimate, _ best: Double?, _ baseline: Sample?,
    _ margin: EqualityMargin
  ) -> Standing {
    // Two one-sided tests at 5 %.
    let isNear = gap.map { abs($0.estimate.value) + $0.estimate.bound(0.95) <= margin.width(metric, best: best ?? 0) }
    let working = [.broke, .unstable].contains(verdict) ? works(best, baseline) : nil
    return Standing(
      backend: backend, sample: sample, verdict: verdict, gap: gap, interval: interval(mean), working: working,
      isEqual: isNear == true && verdict != .worse, isWorseThanBaseline: isWorseThanBaseline)
  }

  private func interval(_ mean: PooledComparison.Estimate) -> ClosedRange<Double>? {
    guard mean.error > 0, mean.freedom > 0 else { return nil }
    let (value, half) = (mean.value * metric.sign, mean.halfInterval)
    let ends = [value - half, value + half].map { min(max($0, metric.range.lowerBound), metric.range.upperBound) }
    return ends.allSatisfy(\.isFinite) ? ends[0]...ends[1] : nil
  }

  private func works(_ best: Double?, _ baseline: Sample?) -> Int? {
    guard let best, let baseline else { return nil }
    return sample.values.count { metric.isBetter($0, than: (best + baseline.mean) / 2) }
  }
}

extension BackendResults {
  /// One a run that finished, signed so that larger is better.
  func scores(_ metric: Metric) -> [ModelScores] {
    finished.compactMap { record in
      record.testScore(metric).map { score in
        let influences = record.items.map { metric.influences($0, score: score) } ?? []
        return ModelScores([score * metric.sign], influences: influences.map { $0 * metric.sign })
      }
    }
  }

  /// The standard error that the baseline's score has as a share of so many targets; 0 of what is no share.
  fileprivate func baselineError(_ metric: Metric, _ score: Double) -> Double {
    guard metric == .accuracy, let targets = finished.lazy.compactMap(\.items).first?.weights.reduce(0, +) else {
      return 0
    }
    return (score * (1 - score) / Double(max(1, targets))).squareRoot()
  }
}

extension Array {
  /// Sorted; what the order does not tell apart stays as it was.
  fileprivate func stablySorted(_ precedes: (Element, Element) -> Bool) -> [Element] {
    enumerated().sorted { a, b in
      precedes(a.element, b.element) || !precedes(b.element, a.element) && a.offset < b.offset
    }.map(\.element)
  }
}
