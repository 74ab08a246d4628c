import UnrollTraining

/// How a metric is named and which unit its scores are shown in.
extension Metric {
  /// `accuracy (%) ↑`: the arrow points where better is.
  var plainHeading: String { "\(name)\(unit == .percent ? " (%)" : "") \(higherIsBetter ? "↑" : "↓")" }

  /// The same as Markdown.
  var heading: String { Markdown.escape(plainHeading) }

  /// A value with its unit.
  public func text(_ value: Double) -> String {
    Sample([value]).map { ScoreText(self, [$0]).quantity(value) } ?? "\(value)"
  }

  /// Fractions are shown as percentages.
  var scale: Double { unit == .percent ? 100 : 1 }
}
