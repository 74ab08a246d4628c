import CUnroll

/// What a report says about a handful of seeds: GSL's double-precision statistics behind Swift arrays.
public enum Statistics {
  /// Arithmetic mean of at least one value.
  public static func mean(_ values: [Double]) -> Double {
    precondition(!values.isEmpty, "no mean of nothing")
    return unroll_mean(values, values.count)
  }

  /// Standard deviation of the sample (divisor n − 1); nil for fewer than two values.
  public static func standardDeviation(_ values: [Double]) -> Double? {
    values.count > 1 ? unroll_standard_deviation(values, values.count) : nil
  }

  /// The value below which a fraction of the values lies, linear between neighbours.
  public static func quantile(_ values: [Double], _ fraction: Double) -> Double {
    precondition(!values.isEmpty && (0...1).contains(fraction), "a quantile needs values and a fraction in 0…1")
    return unroll_quantile(values.sorted(), values.count, fraction)
  }

  /// Half the width of the 95 % confidence interval of the mean, t₀.₉₇₅ · sd / √n; nil for fewer than two values, and without
  /// spread, which tells nothing of the spread of other values.
  public static func halfInterval(_ values: [Double]) -> Double? {
    standardDeviation(values).flatMap { sd in
      guard sd > 0, sd.isFinite else { return nil }
      return unroll_t_quantile(0.975, Double(values.count - 1)) * sd / Double(values.count).squareRoot()
    }
  }

  /// Two samples compared without assuming equal variances.
  public struct Comparison: Equatable, Sendable {
    /// mean(a) − mean(b).
    public let difference: Double
    /// Half the width of the 95 % confidence interval of the difference.
    public let halfInterval: Double
    /// Two-sided probability of a difference at least this large when the true means are equal.
    public let p: Double
  }

  /// Welch's t-test (Welch 1947): t = (ā − b̄) / √(s²ₐ/nₐ + s²_b/n_b), degrees of freedom by Satterthwaite.
  ///
  /// Nil when a sample has fewer than two values, when neither has any spread, and when the spread is no number: then there is
  /// nothing to hold the difference against.
  public static func welch(_ a: [Double], _ b: [Double]) -> Comparison? {
    guard let sdA = standardDeviation(a), let sdB = standardDeviation(b) else { return nil }
    let difference = mean(a) - mean(b)
    let (va, vb) = (sdA * sdA / Double(a.count), sdB * sdB / Double(b.count))
    guard va + vb > 0, (va + vb).isFinite else { return nil }
    // As shares, so that squares of huge variances (perplexities of a model that broke) do not overflow.
    let share = va / (va + vb)
    let freedom = 1 / (share * share / Double(a.count - 1) + (1 - share) * (1 - share) / Double(b.count - 1))
    let error = (va + vb).squareRoot()
    return Comparison(
      difference: difference, halfInterval: unroll_t_quantile(0.975, freedom) * error,
      p: unroll_t_two_sided(difference / error, freedom))
  }

  /// A 95 % interval of a rate of which `count` of `of` cases were seen (Clopper & Pearson 1934).
  public static func rateInterval(_ count: Int, of all: Int) -> ClosedRange<Double> {
    precondition(all > 0 && (0...all).contains(count))
    let (hits, misses) = (Double(count), Double(all - count))
    let low = count == 0 ? 0 : unroll_beta_quantile(0.025, hits, misses + 1)
    let high = count == all ? 1 : unroll_beta_quantile(0.975, hits + 1, misses)
    return low...high
  }
}
