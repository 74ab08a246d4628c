extension RunRecord {
  /// The primary metric on the test split, for a line of progress.
  var headline: String {
    guard let metric = metrics.first, let value = scores["test"]?[metric.name] else { return "" }
    return metric.unit == "percent" ? "\(metric.name) \(rounded(100 * value)) %" : "\(metric.name) \(rounded(value))"
  }

  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
