import UnrollStatistics

/// One quantity over the seeds that have it: never a bare mean.
struct Sample: Equatable {
  /// In the order of seeds, so that sums do not depend on the order of files.
  let values: [Double]
  let mean: Double
  /// Nil for a single seed.
  let sd: Double?

  /// Nil without values, and where one is no number: a mean that leaves it out would hide it.
  init?(_ values: [Double]) {
    guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
    self.values = values
    mean = Statistics.mean(values)
    sd = Statistics.standardDeviation(values)
  }

  var count: Int { values.count }

  /// One standard deviation to either side of the mean, or the mean alone.
  var ends: [Double] { [mean - (sd ?? 0), mean + (sd ?? 0)] }

  /// `94.21 ± 0.12 (3)`, or `94.21 (n = 1)`.
  ///
  /// - Parameter runs: how many there were, `(2 of 3)`, where some left no score.
  func text(scale: Double = 1, decimals: Int, of runs: Int? = nil) -> String {
    let (centre, lost) = (Digits.fixed(mean * scale, decimals), runs.map { " of \($0)" } ?? "")
    guard let sd else { return "\(centre) (n = 1\(lost))" }
    return "\(centre) ± \(Digits.fixed(sd * scale, decimals)) (\(count)\(lost))"
  }

  /// The same for speeds and times: two digits of the standard deviation decide how far the mean is shown.
  var costText: String {
    guard let sd else { return "\(Digits.significant(mean, 3)) (n = 1)" }
    let decimals = sd > 0 ? min(2, 1 - Digits.exponent(sd)) : 2 - Digits.exponent(mean)
    return "\(Digits.rounded(mean, decimals)) ± \(Digits.rounded(sd, decimals)) (\(count))"
  }
}
