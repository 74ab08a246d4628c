import UnrollTraining

/// How a metric is named and which unit its scores are shown in.
extension Metric {
  /// `accuracy (%) ↑`: the arrow points where better is.
  var plainHeading: String { "\(name)\(unit == .percent ? " (%)" : "") \(higherIsBetter ? "↑" : "↓")" }

  /// The same as Markdown.
  var heading: String { Markdown.escape(plainHeading) }

  /// Fractions are shown as percentages.
  var scale: Double { unit == .percent ? 100 : 1 }
}
