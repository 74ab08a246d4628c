import UnrollKernels

/// One backend's place on one metric of a task.
struct Standing {
  /// How a score stands to the best mean.
  enum Verdict: Equatable {
    case best
    /// Welch's test against the best.
    case close(p: Double)
    case apart(p: Double)
    /// One of the two has a single seed.
    case untested
  }

  let backend: BackendResults
  let sample: Sample
  let verdict: Verdict
  /// Against the best: this minus the best.
  let comparison: Statistics.Comparison?
  let belowBaseline: Bool
}

extension TaskResults {
  /// Two scores are called different below this probability.
  static let significance = 0.05

  /// Backends with a test score, best mean first; equal means keep the study's order.
  func ranking(_ metric: RunRecord.Metric) -> [Standing] {
    let scored = backends.compactMap { backend in backend.test(metric).map { (backend, $0) } }
    let ranked = scored.enumerated().sorted { a, b in
      let (x, y) = (a.element.1.mean, b.element.1.mean)
      return x == y ? a.offset < b.offset : metric.isBetter(x, than: y)
    }.map(\.element)
    let floor = baselineScore(metric)
    return ranked.enumerated().map { place, entry in
      let comparison = place == 0 ? nil : Statistics.welch(entry.1.values, ranked[0].1.values)
      return Standing(
        backend: entry.0, sample: entry.1, verdict: TaskResults.verdict(place, comparison), comparison: comparison,
        belowBaseline: floor.map { metric.isBetter($0.mean, than: entry.1.mean) } ?? false)
    }
  }

  private static func verdict(_ place: Int, _ comparison: Statistics.Comparison?) -> Standing.Verdict {
    guard place > 0 else { return .best }
    guard let p = comparison?.p else { return .untested }
    return p > significance ? .close(p: p) : .apart(p: p)
  }
}

extension [Standing] {
  /// Those whose mean is not further than one standard deviation of the best from the best; the best among them.
  func withinOneDeviation(_ metric: RunRecord.Metric) -> [Standing]? {
    guard let best = first, let sd = best.sample.sd else { return nil }
    let limit = best.sample.mean + (metric.higherIsBetter ? -sd : sd)
    return filter { !metric.isBetter(limit, than: $0.sample.mean) }
  }
}
