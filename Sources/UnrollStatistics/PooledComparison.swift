import CUnroll

/// Scores of one model on one task, larger ones better.
public struct ModelScores: Equatable, Sendable {
  /// One a seed, or one a fold; not empty.
  public var values: [Double]
  /// What each test item adds to the mean over the seeds, as deviations that sum to zero (the linear part of the score as a function
  /// of its items, averaged over seeds); empty where only seeds are known.
  public var influences: [Double]
  /// The folds of a cross-validation of which the values are; empty where they are of seeds. Each fold has test items of its own.
  public var folds: [Int]

  /// Scores of one model, a value a seed or a fold.
  public init(_ values: [Double], influences: [Double] = [], folds: [Int] = []) {
    (self.values, self.influences, self.folds) = (values, influences, folds)
  }

  /// As how many independent runs they count. Runs of K folds share most of what they are trained on, so that their mean has the variance
  /// s² (1/K + 1/(K − 1)) (Nadeau & Bengio 2003).
  var independent: Double {
    let count = Double(values.count)
    return folds.isEmpty ? count : 1 / (1 / count + 1 / max(1, count - 1))
  }
}

/// Means of several models, compared as if the seeds of all scattered alike, and their test items were drawn from many.
///
/// The pooled variance is s² = Σ(nᵢ − 1)sᵢ² / Σ(nᵢ − 1). A difference speaks of new seeds and new items:
/// SE² = s²/nᵢ + s²/nⱼ + s²_D/N, D the difference of what each of the N items adds to the two means, with Satterthwaite's degrees of
/// freedom. Where nothing is known of items the last term is missing.
///
/// Where all models have the same folds they are compared fold by fold: s² is that of a two-way layout, what is left of scores without the
/// means of models and of folds, with (models − 1)(folds − 1) degrees of freedom, and nᵢ is how many independent runs the folds count as.
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
  /// Σ(nᵢ − 1), or that of the two-way layout; 0 where every model has a single seed.
  public let freedom: Double
  /// Whether models are compared fold by fold.
  public let isPaired: Bool

  /// Compares models of one task; every one has a seed at least.
  public init(_ models: [ModelScores]) { self.init(models, paired: PooledComparison.havePairs(models)) }

  init(_ models: [ModelScores], paired: Bool) {
    (self.models, isPaired) = (models, paired)
    means = models.map { Statistics.mean($0.values) }
    let count = models.first?.values.count ?? 0
    freedom =
      paired ? Double((models.count - 1) * (count - 1)) : Double(models.reduce(0) { $0 + $1.values.count - 1 })
    let folds = paired ? (0..<count).map { fold in Statistics.mean(models.map { $0.values[fold] }) } : []
    let squares = models.compactMap { model in
      let rest = paired ? zip(model.values, folds).map { $0 - $1 } : model.values
      return Statistics.standardDeviation(rest).map { $0 * $0 * Double(rest.count - 1) }
    }
    variance = freedom > 0 ? squares.reduce(0, +) / freedom : 0
  }

  private static func havePairs(_ models: [ModelScores]) -> Bool {
    let folds = models.first?.folds ?? []
    return models.count > 1 && folds.count > 1 && models.allSatisfy { $0.folds == folds }
  }

  /// Whether differences speak of new test items, too.
  public var knowsItems: Bool {
    let counts = models.map(\.influences.count)
    return (counts.first ?? 0) > 1 && counts.allSatisfy { $0 == counts[0] }
  }

  /// Mean of `a` minus mean of `b`.
  public func difference(_ a: Int, _ b: Int) -> Estimate {
    let seeds = variance * (1 / models[a].independent + 1 / models[b].independent)
    return estimate(means[a] - means[b], seeds, itemVariance(a, b))
  }

  /// Mean of one model. What a fold does to all models alike is no part of their differences, but of the mean: there each has the deviation of
  /// its own folds.
  public func mean(_ a: Int) -> Estimate {
    if isPaired { return PooledComparison([models[a]]).mean(0) }
    return estimate(means[a], variance / models[a].independent, itemVariance(a, nil))
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
