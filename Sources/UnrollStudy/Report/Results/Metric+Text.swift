/// How a metric is shown.
extension RunRecord.Metric {
  func isBetter(_ a: Double, than b: Double) -> Bool { higherIsBetter ? a > b : a < b }

  /// Fractions are shown as percentages.
  var scale: Double { unit == "percent" ? 100 : 1 }

  /// `accuracy (%) ↑`: the arrow points where better is.
  var plainHeading: String { "\(name)\(unit == "percent" ? " (%)" : "") \(higherIsBetter ? "↑" : "↓")" }

  /// The same as Markdown.
  var heading: String { Markdown.escape(plainHeading) }

  /// Decimals for a column: two digits of the smallest spread, within reason for the unit.
  func decimals(_ samples: [Sample]) -> Int {
    let spreads = samples.compactMap { $0.sd }.filter { $0 > 0 }.map { $0 * scale }
    if unit == "percent" { return spreads.min().map { min(2, max(1, 1 - Digits.exponent($0))) } ?? 2 }
    if let spread = spreads.min() { return min(4, max(0, 1 - Digits.exponent(spread))) }
    let largest = samples.map { abs($0.mean) }.max() ?? 1
    return min(4, max(0, 3 - Digits.exponent(largest)))
  }

  /// A score in a sentence: `94.21 ± 0.12 % (3 seeds)`, or `(2 of 3 seeds)` where runs were lost.
  func sentence(_ sample: Sample, _ decimals: Int, of runs: Int? = nil) -> String {
    let percent = unit == "percent" ? " %" : ""
    let centre = Digits.fixed(sample.mean * scale, decimals)
    let lost = runs.map { " of \($0)" } ?? ""
    guard let sd = sample.sd else { return "\(centre)\(percent) (n = 1\(lost))" }
    return "\(centre) ± \(Digits.fixed(sd * scale, decimals))\(percent) (\(sample.count)\(lost) seeds)"
  }

  /// A baseline in a sentence: `60.0 %`; where less is better the sentence says so.
  func floor(_ sample: Sample, _ decimals: Int) -> String {
    single(sample, decimals) + (higherIsBetter ? "" : "; lower is better")
  }

  /// A value that is no mean.
  private func single(_ sample: Sample, _ decimals: Int) -> String {
    let value =
      sample.count == 1 ? Digits.fixed(sample.mean * scale, decimals) : sample.text(scale: scale, decimals: decimals)
    return value + (unit == "percent" ? " %" : "")
  }
}
