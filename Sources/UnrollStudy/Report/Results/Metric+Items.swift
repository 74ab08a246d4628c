import CLibrary
import UnrollTraining

extension Metric {
  /// How much every test item that counts moves a run's score: deviations that sum to zero, of which the score's error over other
  /// items is √(variance / items). Empty where the record does not hold what the metric adds up.
  ///
  /// A score is Σa / Σw over items, or a smooth function of that, so that an item moves it by (a − score · w) / mean w times the
  /// function's slope.
  func influences(_ items: ItemScores, score: Double) -> [Double] {
    guard let (sums, weights) = counted(items) else { return [] }
    let total = weights.reduce(0, +)
    let mean = sums.reduce(0, +) / total
    guard mean.isFinite, total > 0 else { return [] }
    let slope = unit == .percent || mean == 0 ? 1 : self == .perplexity ? score : score / mean
    return zip(sums, weights).map { ($0 - mean * $1) * slope * Double(sums.count) / total }
  }

  /// The score of items drawn again: how often each that counts is, beside what it is of all once.
  ///
  /// - Returns: nil where the metric is no sum over items.
  func resampled(_ items: ItemScores, score: Double) -> (([Int]) -> Double)? {
    guard let (sums, weights) = counted(items) else { return nil }
    func mean(_ drawn: [Int]) -> Double {
      var (sum, weight) = (0.0, 0.0)
      for (item, count) in drawn.enumerated() where count > 0 {
        sum += Double(count) * sums[item]
        weight += Double(count) * weights[item]
      }
      return sum / weight
    }
    let all = mean([Int](repeating: 1, count: sums.count))
    return switch unit {
    case .percent: mean
    case .plain: self == .perplexity ? { score * exp(mean($0) - all) } : { all == 0 ? 0 : mean($0) * (score / all) }
    }
  }

  /// Whether it is a sum over items where so many columns are asked for. Squares of several are added scaled, and scored in their own
  /// units: a sum of sums, each with a slope of its own.
  func isSum(columns: Int) -> Bool { self != .meanSquaredError || columns <= 1 }

  /// What the metric adds up, and what it divides by, an entry an item that has targets.
  private func counted(_ items: ItemScores) -> (sums: [Double], weights: [Double])? {
    guard let sums = sums(items) else { return nil }
    let asked = items.weights.indices.filter { items.weights[$0] > 0 }
    return (asked.map { sums[$0] }, asked.map { isOfWholes ? 1 : Double(items.weights[$0]) })
  }

  /// What the metric adds up, an entry an item.
  private func sums(_ items: ItemScores) -> [Double]? {
    switch self {
    case .accuracy: items.right?.map(Double.init)
    case .sequenceAccuracy, .exactMatch: items.right.map { zip($0, items.weights).map { $0 == $1 ? 1 : 0 } }
    case .nats, .perplexity, .bits, .natsPerStep, .meanSquaredError: items.losses
    default: nil
    }
  }

  /// Whether an item is right as a whole or not at all.
  private var isOfWholes: Bool { [.sequenceAccuracy, .exactMatch].contains(self) }

  /// Larger is better.
  var sign: Double { higherIsBetter ? 1 : -1 }

  /// What the metric can be. There may be more edits than tokens.
  var range: ClosedRange<Double> {
    let isShare = unit == .percent && !name.hasSuffix("-error-rate")
    return (self == .perplexity ? 1 : 0)...(isShare ? 1 : .infinity)
  }
}
