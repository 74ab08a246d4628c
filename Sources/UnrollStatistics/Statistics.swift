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

  /// A 95 % interval of a rate of which `count` of `of` cases were seen (Clopper & Pearson 1934).
  public static func rateInterval(_ count: Int, of all: Int) -> ClosedRange<Double> {
    precondition(all > 0 && (0...all).contains(count))
    let (hits, misses) = (Double(count), Double(all - count))
    let low = count == 0 ? 0 : unroll_beta_quantile(0.025, hits, misses + 1)
    let high = count == all ? 1 : unroll_beta_quantile(0.975, hits + 1, misses)
    return low...high
  }

  /// A 95 % interval of a statistic: between percentiles of what it is when its data are drawn again (Efron 1979).
  static func bootstrap(_ resamples: Int, _ drawnAgain: () -> Double) -> ClosedRange<Double> {
    precondition(resamples > 0, "nothing is drawn again")
    let values = (0..<resamples).map { _ in drawnAgain() }
    return quantile(values, 0.025)...quantile(values, 0.975)
  }
}
