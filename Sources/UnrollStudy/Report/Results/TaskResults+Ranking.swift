import UnrollKernels
import UnrollStatistics

/// One backend's place on one metric of a task.
struct Standing {
  /// How a score stands to the best mean.
  enum Verdict: Equatable {
    case best
    /// The same score as the best in every seed.
    case equal
    /// Welch's test against the best.
    case close(p: Double)
    case apart(p: Double)
    /// Nothing to test with, and why.
    case untested(Reason)
    /// Lost a run, or is worse than the baseline: neither the best nor compared with it, whatever the mean of the others is.
    case broke

    enum Reason: String {
      case singleSeed = "single seed"
      case noSpread = "no spread: not tested"
      case spreadIsNoNumber = "spread is no number: not tested"
    }
  }

  let backend: BackendResults
  let sample: Sample
  let verdict: Verdict
  /// Against the best: this minus the best; nil where there is no test.
  let comparison: Statistics.Comparison?
  let belowBaseline: Bool
}

extension TaskResults {
  /// Two scores are called different below this probability.
  static let significance = 0.05

  /// Backends with a test score, best mean first, those that broke behind all others; equal means keep the study's order.
  func ranking(_ metric: RunRecord.Metric) -> [Standing] {
    let floor = baselineScore(metric)
    let scored = backends.compactMap { backend in
      backend.test(metric).map { sample -> (backend: BackendResults, sample: Sample, isBelow: Bool, broke: Bool) in
        let isBelow = floor.map { metric.isBetter($0.mean, than: sample.mean) } ?? false
        return (backend, sample, isBelow, isBelow || !backend.lost.isEmpty)
      }
    }
    let ranked = scored.enumerated().sorted { a, b in
      let (x, y) = (a.element, b.element)
      if x.broke != y.broke { return y.broke }
      return x.sample.mean == y.sample.mean ? a.offset < b.offset : metric.isBetter(x.sample.mean, than: y.sample.mean)
    }.map(\.element)
    return ranked.enumerated().map { place, entry in
      let isTested = place > 0 && !entry.broke
      let comparison = isTested ? Statistics.welch(entry.sample.values, ranked[0].sample.values) : nil
      let verdict = isTested ? TaskResults.verdict(comparison, entry.sample, ranked[0].sample) : .best
      return Standing(
        backend: entry.backend, sample: entry.sample, verdict: entry.broke ? .broke : verdict, comparison: comparison,
        belowBaseline: entry.isBelow)
    }
  }

  private static func verdict(_ comparison: Statistics.Comparison?, _ own: Sample, _ best: Sample) -> Standing.Verdict {
    guard let p = comparison?.p else {
      guard let spreads = [own.sd, best.sd] as? [Double] else { return .untested(.singleSeed) }
      if spreads == [0, 0], own.mean == best.mean { return .equal }
      return .untested(spreads.allSatisfy { $0 == 0 } ? .noSpread : .spreadIsNoNumber)
    }
    return p > significance ? .close(p: p) : .apart(p: p)
  }
}

extension [Standing] {
  /// Those whose mean is not further than one standard deviation of the best from the best; the best among them. Nil without a best.
  func withinOneDeviation(_ metric: RunRecord.Metric) -> [Standing]? {
    guard let best = first, best.verdict == .best, let sd = best.sample.sd else { return nil }
    let limit = best.sample.mean + (metric.higherIsBetter ? -sd : sd)
    return filter { $0.verdict != .broke && !metric.isBetter(limit, than: $0.sample.mean) }
  }
}
