import UnrollData
import UnrollStatistics
import UnrollTraining

extension Metric {
  /// The axis of this metric on a split: percentages within their bounds, others logarithmic over wide ranges, without what lies
  /// beyond four times the median (a model that broke would press all others into one line).
  func axis(_ split: Split, holding values: [Double]) -> Axis {
    // A bar may pass what the metric can be.
    let all = values.filter(Axis.holds).map { ends == nil ? $0 : min(max($0, 0), 100) }
    let limit = ends != nil || all.isEmpty ? .infinity : 4 * Statistics.quantile(all, 0.5)
    let values = limit > 0 ? all.filter { $0 <= limit } : all
    let spansMuch = (values.min() ?? 0) > 0 && values.max()! / values.min()! > 4
    return Axis(
      "\(split) \(plainHeading)", holding: values, logarithmic: unit != .percent && spansMuch,
      within: ends)
  }

  /// Where axes end, of shares.
  var ends: ClosedRange<Double>? { range.upperBound == 1 ? 0...100 : nil }
}
