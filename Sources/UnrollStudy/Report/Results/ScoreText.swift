import UnrollTraining

/// Scores of one metric as text, all that stand together with the same number of decimals.
struct ScoreText {
  let metric: Metric
  let decimals: Int

  /// Decimals for two digits of the smallest spread, within reason for the unit.
  init(_ metric: Metric, _ samples: [Sample]) {
    self.metric = metric
    let spread = samples.compactMap(\.sd).filter { $0 > 0 }.map { $0 * metric.scale }.min()
    let largest = samples.map { abs($0.mean) }.max() ?? 1
    // Four digits of small errors, too.
    let most = max(4, 3 - Digits.exponent(largest))
    switch (metric.unit, spread) {
    case (.percent, let spread): decimals = spread.map { min(2, max(1, 1 - Digits.exponent($0))) } ?? 2
    case (.plain, let spread?): decimals = min(most, max(0, 1 - Digits.exponent(spread)))
    case (.plain, nil): decimals = min(most, max(0, 3 - Digits.exponent(largest)))
    }
  }

  /// `94.21`
  func number(_ score: Double) -> String { Digits.fixed(score * metric.scale, decimals) }

  /// `94.21 %`
  func quantity(_ score: Double) -> String { number(score) + sign }

  /// `+0.31`
  func difference(_ scores: Double) -> String { Digits.signed(scores * metric.scale, decimals) }

  /// `94.21 ± 0.12 (3)`
  func cell(_ sample: Sample, of runs: Int? = nil) -> String {
    sample.text(scale: metric.scale, decimals: decimals, of: runs)
  }

  /// A baseline's cell: one value where all runs agree on it.
  func baselineCell(_ sample: Sample) -> String { sample.count == 1 ? number(sample.mean) : cell(sample) }

  /// A baseline in a sentence: `60.00 %`; where less is better the sentence says so.
  func baseline(_ sample: Sample) -> String {
    baselineCell(sample) + sign + (metric.higherIsBetter ? "" : "; lower is better")
  }

  /// `93.95 to 94.45`
  func interval(_ ends: ClosedRange<Double>) -> String { "\(number(ends.lowerBound)) to \(number(ends.upperBound))" }

  private var sign: String { metric.unit == .percent ? " %" : "" }
}
