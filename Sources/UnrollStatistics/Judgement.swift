import CUnroll

/// What may be said of a model's mean beside the others on the same task.
public enum Verdict: Equatable, Sendable {
  /// In the top group, which contains the best model with 95 % confidence.
  case top
  /// Worse than the best mean by Tukey's bound for all pairs: of models that are all equal, 5 % of tables hold such a one.
  case worse
  /// Neither: about so many seeds of every model would tell; nil where only more test items can.
  case undecided(seeds: Int?)
  /// Its seeds scatter over four times as widely as those of the others do in the middle, and more than chance explains: a mean says
  /// little of it.
  case unstable
  /// A run was lost or is worse than nothing learned: `Judgement` is told.
  case broke
  /// Nothing can be said, and why.
  case unjudged(Reason)

  /// Why nothing is judged.
  public enum Reason: Sendable {
    /// No other model is compared with it.
    case alone
    /// Below `Judgement.fewestDegrees`.
    case fewSeeds
    /// Neither seeds nor items scatter, so that nothing tells a difference from chance.
    case noSpread
  }

  /// Whether it is in the pool: neither broke nor unstable.
  public var isCompared: Bool { self != .broke && self != .unstable }
}

/// The verdicts on all models of a task.
///
/// Models that broke and unstable ones leave the pool first. The top group is Hsu's (1981): a model stays in while the best mean leads
/// it by no more than Dunnett's one-sided bound with this model as the control. *Worse* is said only beyond Tukey's bound for all
/// pairs, since the best is picked after looking.
public struct Judgement: Sendable {
  /// Pooled degrees of freedom below which nothing is judged.
  public static let fewestDegrees = 8.0
  /// Of the top group, and of all intervals at once.
  public static let confidence = 0.95
  /// Times the median standard deviation.
  public static let widest = 4.0
  /// How often a table of models that scatter alike may have one that is called unstable.
  public static let unstableByChance = 1e-4

  /// One a model.
  public let verdicts: [Verdict]
  /// The mean of each: of those in the pool with the deviation that all share, of others with their own.
  public let means: [PooledComparison.Estimate]
  /// The highest mean of those that neither broke nor are unstable; nil where there is none.
  public let best: Int?
  /// The best minus each, and how far that may be off by Tukey's bound; nil of those that left the pool, and of the best itself.
  public let gaps: [Gap?]
  /// Of the models in the pool.
  public let comparison: PooledComparison
  private let pool: [Int]

  /// How far a model lies behind the best mean.
  public struct Gap: Equatable, Sendable {
    /// The best mean minus its own.
    public let estimate: PooledComparison.Estimate
    /// Half of the interval that holds for all pairs at once.
    public let half: Double
  }

  /// - Parameters:
  ///   - models: scores where more is better.
  ///   - broke: which models lost a run or have one below the baseline.
  ///   - critical: of `confidence`.
  public init(_ models: [ModelScores], broke: [Bool], critical: CriticalValues) {
    let unstable = Judgement.unstable(models, broke)
    let pool = models.indices.filter { !broke[$0] && !unstable[$0] }
    let comparison = PooledComparison(pool.map { models[$0] })
    let first = pool.indices.max { (comparison.means[$0], -$0) < (comparison.means[$1], -$1) }
    var verdicts = models.indices.map { broke[$0] ? Verdict.broke : .unstable }
    var gaps = [Gap?](repeating: nil, count: models.count)
    var means = models.map { PooledComparison([$0]).mean(0) }
    for (place, model) in pool.enumerated() {
      means[model] = comparison.mean(place)
      if place != first { (verdicts[model], gaps[model]) = Judgement.verdict(comparison, first!, place, critical) }
    }
    if let first {
      // The best is what the others are not: where none of them is judged, neither is it.
      let others = pool.indices.filter { $0 != first }.map { verdicts[pool[$0]] }
      let reason = others.first { if case .unjudged = $0 { false } else { true } } == nil ? others.first : nil
      verdicts[pool[first]] = others.isEmpty ? .unjudged(.alone) : reason ?? .top
    }
    (self.verdicts, self.gaps, self.means) = (verdicts, gaps, means)
    (self.comparison, self.pool) = (comparison, pool)
    best = first.map { pool[$0] }
  }

  /// Whether seeds suffice for verdicts.
  public var isJudged: Bool { comparison.freedom >= Judgement.fewestDegrees }

  /// 1 where a model is better than another by Tukey's bound for all pairs, −1 where it is worse, 0 where neither is told; nil where one of
  /// them left the pool or nothing is judged.
  public func order(_ a: Int, _ b: Int, _ critical: CriticalValues) -> Int? {
    guard let a = pool.firstIndex(of: a), let b = pool.firstIndex(of: b), isJudged
    else { return nil }
    let gap = comparison.difference(a, b)
    guard gap.error > 0 else { return gap.value == 0 ? 0 : nil }
    let half = critical.tukey(groups: pool.count, freedom: gap.freedom) * gap.error
    return abs(gap.value) <= half ? 0 : gap.value > 0 ? 1 : -1
  }

  private static func verdict(
    _ comparison: PooledComparison, _ best: Int, _ model: Int, _ critical: CriticalValues
  ) -> (Verdict, Gap?) {
    guard comparison.freedom >= fewestDegrees else { return (.unjudged(.fewSeeds), nil) }
    let gap = comparison.difference(best, model)
    guard gap.error > 0 else { return (gap.value == 0 ? .top : .unjudged(.noSpread), nil) }
    let counts = comparison.models.map(\.values.count)
    let others = counts.enumerated().filter { $0.offset != model }.map(\.element)
    let hsu = critical.dunnett(counts: others, reference: counts[model], freedom: gap.freedom)
    let tukey = critical.tukey(groups: counts.count, freedom: gap.freedom)
    let all = Gap(estimate: gap, half: tukey * gap.error)
    if gap.value <= hsu * gap.error { return (.top, all) }
    if gap.value > all.half { return (.worse, all) }
    // There are no more folds than data make.
    if comparison.isPaired { return (.undecided(seeds: nil), all) }
    // As many seeds of both as bring Tukey's bound down to the gap.
    let left = (gap.value / tukey) * (gap.value / tukey) - comparison.itemVariance(best, model)
    return (.undecided(seeds: left > 0 ? Int((2 * comparison.variance / left).rounded(.up)) : nil), all)
  }

  /// Those whose standard deviation is beyond `widest` times the median of all that have one and did not break, and whose variance is too large
  /// beside that of the ones within, by an F test at `unstableByChance` over all models: without the test one of five equal models with three
  /// seeds would leave the pool with the widest of all deviations in 2 % of tables, and the others look surer than they are. Of two seeds it
  /// says nothing.
  private static func unstable(_ models: [ModelScores], _ broke: [Bool]) -> [Bool] {
    let deviations = zip(models, broke).map { model, broke in
      model.values.count > 2 && !broke ? Statistics.standardDeviation(model.values) ?? 0 : 0
    }
    let sound = deviations.filter { $0 > 0 }
    // The median of two lies between them.
    guard sound.count > 2 else { return models.map { _ in false } }
    let limit = widest * Statistics.quantile(sound, 0.5)
    let within = PooledComparison(zip(models, deviations).filter { 0 < $1 && $1 <= limit }.map(\.0), paired: false)
    return zip(models, deviations).map { model, deviation in
      guard deviation > limit else { return false }
      let ratio = deviation * deviation / within.variance
      let chance = unroll_f_tail(ratio, Double(model.values.count - 1), within.freedom)
      return chance * Double(sound.count) < unstableByChance
    }
  }
}
