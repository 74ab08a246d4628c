import UnrollTraining

/// Differences that do not matter: models are called equal only where both ends of an interval lie within it.
struct EqualityMargin {
  /// Of percentages.
  var points = 0.5
  /// Of what is no percentage: per cent of the best mean.
  var percent = 1.0

  /// In the metric's own unit, beside the best mean.
  func width(_ metric: Metric, best: Double) -> Double {
    metric.unit == .percent ? points / 100 : percent / 100 * abs(best)
  }

  /// `0.5 points`, `1 %`.
  func text(_ metric: Metric) -> String {
    metric.unit == .percent ? "\(Digits.plain(points)) points" : "\(Digits.plain(percent)) %"
  }
}
