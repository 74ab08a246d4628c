import CUnroll

/// Distributions behind comparisons of several means that share a standard deviation.
public enum MultipleComparisons {
  /// P(Q ≤ q) of the studentised range of `groups` means (Tukey 1949).
  public static func studentisedRange(_ q: Double, groups: Int, freedom: Double) -> Double {
    precondition(groups > 1 && freedom > 0, "a range needs two means and a standard deviation")
    return unroll_studentised_range(q, groups, freedom)
  }

  /// The q that the range stays under with the given probability.
  public static func studentisedRangeQuantile(_ probability: Double, groups: Int, freedom: Double) -> Double {
    quantile(probability) { studentisedRange($0, groups: groups, freedom: freedom) }
  }

  /// P(max Tᵢ ≤ t), Tᵢ the studentised difference of a mean of `counts[i]` values from one of `reference` values (Dunnett 1955,
  /// one-sided).
  public static func dunnett(_ t: Double, counts: [Int], reference: Int, freedom: Double) -> Double {
    precondition(!counts.isEmpty && reference > 0 && freedom > 0, "differences need means and a standard deviation")
    let shares = counts.map { (Double($0) / Double($0 + reference)).squareRoot() }
    return unroll_dunnett(t, shares, shares.count, freedom)
  }

  /// The t that all differences stay under with the given probability.
  public static func dunnettQuantile(_ probability: Double, counts: [Int], reference: Int, freedom: Double) -> Double {
    quantile(probability) { dunnett($0, counts: counts, reference: reference, freedom: freedom) }
  }

  /// Where a rising distribution function reaches a probability, within 1e-9: by secants between two sides, every third time by
  /// half.
  private static func quantile(_ probability: Double, _ distribution: (Double) -> Double) -> Double {
    precondition((0.5..<1).contains(probability))
    var (low, high) = (0.0, 1.0)
    while distribution(high) < probability { (low, high) = (high, 2 * high) }
    var (atLow, atHigh) = (distribution(low) - probability, distribution(high) - probability)
    for round in 0..<200 where high - low > 1e-9 {
      let secant = low - atLow * (high - low) / (atHigh - atLow)
      let middle = round % 3 == 2 || !(secant > low && secant < high) ? (low + high) / 2 : secant
      let value = distribution(middle) - probability
      if value < 0 { (low, atLow) = (middle, value) } else { (high, atHigh) = (middle, value) }
      if abs(value) < 1e-12 { return middle }
    }
    return (low + high) / 2
  }
}
