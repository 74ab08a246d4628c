import UnrollStatistics
import UnrollTraining

/// One backend's standing on one metric of a task.
struct Standing {
  let backend: BackendResults
  let sample: Sample
  let verdict: Verdict
  /// How far the best mean leads, larger ones being worse; nil of the best itself and where nothing is judged.
  let gap: Judgement.Gap?
  /// The same with bounds that hold for all pairs of the table at once, within what the metric can be.
  let lead: ClosedRange<Double>?
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
  /// Of those in the pool: how many, what their seeds scatter by, and with how many degrees of freedom.
  let pooled: Int
  let deviation: Double
  let freedom: Double
  /// Whether there are enough seeds to say who is better.
  let isJudged: Bool
  let margin: EqualityMargin
  /// What tells the runs of a backend apart: `seed` or `fold`.
  let noun: String
  private let judgement: Judgement
  private let critical: CriticalValues
  /// Backends as the judgement has them.
  private let names: [String]

  init(
    _ backends: [BackendResults], _ metric: Metric, _ baseline: Sample?, _ margin: EqualityMargin,
    _ critical: CriticalValues
  ) {
    let scored = backends.compactMap { backend in backend.test(metric).map { Entry(backend, $0, metric, baseline) } }
    let judgement = Judgement(scored.map(\.scores), broke: scored.map(\.broke), critical: critical)
    let best = judgement.best.map { scored[$0].sample.mean }
    let standings = scored.enumerated().map { $1.standing(judgement, $0, best, baseline, margin) }
    self.standings = standings.stablySorted { a, b in
      let isIn = [a, b].map(\.verdict.isCompared)
      return isIn[0] == isIn[1] ? metric.isBetter(a.sample.mean, than: b.sample.mean) : isIn[0]
    }
    (self.metric, self.baseline, self.margin) = (metric, baseline, margin)
    noun = backends.contains(where: \.isOfFolds) ? "fold" : "seed"
    (self.judgement, self.critical, names) = (judgement, critical, scored.map(\.backend.name))
    let comparison = judgement.comparison
    (knowsItems, freedom, pooled) = (comparison.knowsItems, comparison.freedom, comparison.models.count)
    deviation = comparison.variance.squareRoot()
    isJudged = judgement.isJudged
    text = ScoreText(metric, scored.map(\.sample))
  }

  /// What would tell backends apart where more seeds do not.
  var wanting: String { noun == "fold" ? "data" : "test items" }

  /// Nil when every backend broke or is unstable.
  var best: Standing? { standings.first.flatMap { $0.verdict.isCompared ? $0 : nil } }

  /// The best first; empty where nothing is judged.
  var top: [Standing] { standings.filter { $0.verdict == .top } }

  /// `Judgement.order` of two backends that have scores.
  func order(_ a: String, _ b: String) -> Int? {
    guard let a = names.firstIndex(of: a), let b = names.firstIndex(of: b) else { return nil }
    return judgement.order(a, b, critical)
  }
}

extension Ranking {
  /// Those that a figure shows where all of them would hide the differences: what is at most four times as far from the best as the middle
  /// of all.
  var near: [Standing] {
    guard let best = standings.first?.sample.mean else { return [] }
    let middle = Statistics.quantile(standings.map(\.sample.mean), 0.5)
    let limit = best == middle ? .infinity : 4 * abs(best - middle)
    return standings.filter { abs($0.sample.mean - best) <= limit }
  }
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
    let error = baseline.map { backend.records.baselineError(metric, $0.mean) } ?? 0
    let isBelow = baseline.map { baseline in
      sample.values.contains { metric.isBetter(baseline.mean - metric.sign * error, than: $0) }
    }
    broke = !backend.lost.isEmpty || isBelow ?? false
  }

  var scores: ModelScores { ModelScores(pooling: backend.scores(metric)) }

  func standing(
    _ judgement: Judgement, _ index: Int, _ best: Double?, _ baseline: Sample?, _ margin: EqualityMargin
  ) -> Standing {
    let (verdict, gap) = (judgement.verdicts[index], judgement.gaps[index])
    // Two one-sided tests at 5 %.
    let isNear = gap.map { abs($0.estimate.value) + $0.estimate.bound(0.95) <= margin.width(metric, best: best ?? 0) }
    let widest = metric.range.upperBound - metric.range.lowerBound
    return Standing(
      backend: backend, sample: sample, verdict: verdict, gap: gap,
      lead: gap.map { gap in
        let ends = [gap.estimate.value - gap.half, gap.estimate.value + gap.half].map { min(max($0, -widest), widest) }
        return ends[0]...ends[1]
      }, interval: interval(judgement.means[index]), working: verdict.isCompared ? nil : works(best, baseline),
      isEqual: isNear == true && verdict != .worse, isWorseThanBaseline: isWorseThanBaseline)
  }

  /// Nil for a single seed of a model that shares no deviation: other seeds are not known.
  private func interval(_ mean: PooledComparison.Estimate) -> ClosedRange<Double>? {
    guard mean.error > 0, mean.freedom > 0, mean.knowsSeeds else { return nil }
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
  /// One a run that finished, signed so that larger is better. Folds have test items of their own, and scatter over them already.
  func scores(_ metric: Metric) -> [ModelScores] {
    finished.compactMap { record in
      record.testScore(metric).map { score in
        let items = metric.isSum(columns: record.data.classes) && !isOfFolds ? record.items : nil
        let influences = items.map { metric.influences($0, score: score) } ?? []
        return ModelScores(
          [score * metric.sign], influences: influences.map { $0 * metric.sign },
          folds: isOfFolds ? [record.fold].compactMap(\.self) : [])
      }
    }
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
