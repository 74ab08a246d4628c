import CUnroll

/// Scores of one model on one task, larger ones better.
public struct ModelScores: Equatable, Sendable {
  /// One a seed; not empty.
  public var values: [Double]
  /// What each test item adds to the mean over the seeds, as deviations that sum to zero (the linear part of the score as a function
  /// of its items, averaged over seeds); empty where only seeds are known.
  public var influences: [Double]

  /// Scores of one model, a value a seed.
  public init(_ values: [Double], influences: [Double] = []) { (self.values, self.influences) = (values, influences) }
}

/// Means of several models, compared as if the seeds of all scattered alike, and their test items were drawn from many.
///
/// The pooled variance is s² = Σ(nᵢ − 1)sᵢ² / Σ(nᵢ − 1). A difference speaks of new seeds and new items:
/// SE² = s²/nᵢ + s²/nⱼ + s²_D/N, D the difference of what each of the N items adds to the two means, with Satterthwaite's degrees of
/// freedom. Where nothing is known of items the last term is missing.
public struct PooledComparison: Sendable {
  /// An estimate with its standard error, and how much is known of that.
  public struct Estimate: Equatable, Sendable {
    /// In the unit of the scores.
    public let value: Double
    /// Its standard error.
    public let error: Double
    /// Degrees of freedom of the error; not finite where nothing bounds it.
    public let freedom: Double
    /// Whether seeds are part of the error; without two seeds of any model it is that of other items alone.
    public let knowsSeeds: Bool

    /// Half of the 95 % interval by Student's distribution.
    public var halfInterval: Double { bound(0.975) }

    /// How far a probability of Student's distribution reaches.
    public func bound(_ probability: Double) -> Double {
      error > 0 ? unroll_t_quantile(probability, min(freedom, 1e6)) * error : 0
    }
  }

  /// As they were given.
  public let models: [ModelScores]
  /// One a model: the mean over its seeds.
  public let means: [Double]
  /// s².
  public let variance: Double
  /// Σ(nᵢ − 1); 0 where every model has a single seed.
  public let freedom: Double

  /// Compares models of one task; every one has a seed at least.
  public init(_ models: [ModelScores]) {
    self.models = models
    means = models.map { Statistics.mean($0.values) }
    freedom = Double(models.reduce(0) { $0 + $1.values.count - 1 })
    let squares = models.compactMap { model in
      Statistics.standardDeviation(model.values).map { $0 * $0 * Double(model.values.count - 1) }
    }
    variance = freedom > 0 ? squares.reduce(0, +) / freedom : 0
  }

  /// Whether differences speak of new test items, too.
  public var knowsItems: Bool {
    let counts = models.map(\.influences.count)
    return (counts.first ?? 0) > 1 && counts.allSatisfy { $0 == counts[0] }
  }

  /// Mean of `a` minus mean of `b`.
  public func difference(_ a: Int, _ b: Int) -> Estimate {
    let seeds = variance * (1 / Double(models[a].values.count) + 1 / Double(models[b].values.count))
    return estimate(means[a] - means[b], seeds, itemVariance(a, b))
  }

  /// Mean of one model.
  public func mean(_ a: Int) -> Estimate {
    estimate(means[a], variance / Double(models[a].values.count), itemVariance(a, nil))
  }

  /// s²_D/N; 0 where items are not known.
  func itemVariance(_ a: Int, _ b: Int?) -> Double {
    guard knowsItems else { return 0 }
    let (first, count) = (models[a].influences, Double(models[a].influences.count))
    var (sum, squares) = (0.0, 0.0)
    for item in first.indices {
      let difference = first[item] - (b.map { models[$0].influences[item] } ?? 0)
      sum += difference
      squares += difference * difference
    }
    return max(0, squares - sum * sum / count) / (count - 1) / count
  }

  /// Satterthwaite's degrees of freedom, of shares, so that squares of huge variances do not overflow.
  private func estimate(_ value: Double, _ seeds: Double, _ items: Double) -> Estimate {
    let total = seeds + items
    guard total > 0, total.isFinite else {
      return Estimate(value: value, error: 0, freedom: freedom, knowsSeeds: freedom > 0)
    }
    let (ofSeeds, ofItems) = (seeds / total, items / total)
    var inverse = 0.0
    if ofSeeds > 0 { inverse += ofSeeds * ofSeeds / freedom }
    if ofItems > 0 { inverse += ofItems * ofItems / Double(models[0].influences.count - 1) }
    return Estimate(value: value, error: total.squareRoot(), freedom: 1 / inverse, knowsSeeds: freedom > 0)
  }
}
