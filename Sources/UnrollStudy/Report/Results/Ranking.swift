import UnrollStatistics
import UnrollTraining

/// One backend's standing on one metric of a task.
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

    enum Reason { case singleSeed, noSpread, spreadIsNoNumber }

    /// The best itself, or not distinguishable from it.
    var isAmongBest: Bool {
      switch self {
      case .best, .equal, .close: true
      case .apart, .untested, .broke: false
      }
    }
  }

  let backend: BackendResults
  let sample: Sample
  let verdict: Verdict
  /// Against the best: this minus the best; nil where there is no test.
  let comparison: Statistics.Comparison?
  let isWorseThanBaseline: Bool
}

/// The backends of a task that have a test score on one metric.
struct Ranking {
  /// Two scores are called different at this probability or below.
  static let significance = 0.05

  let metric: Metric
  let baseline: Sample?
  /// Best mean first, those that broke behind all others; equal means keep the study's order.
  let standings: [Standing]
  /// How their scores are written.
  let text: ScoreText

  fileprivate init(_ task: TaskResults, _ metric: Metric) {
    let baseline = task.baselineScore(metric)
    let ranked = task.backends.compactMap { Entry($0, metric, baseline) }.stablySorted { a, b in
      a.broke == b.broke ? metric.isBetter(a.sample.mean, than: b.sample.mean) : b.broke
    }
    (self.metric, self.baseline) = (metric, baseline)
    standings = ranked.enumerated().map { rank, entry in entry.standing(against: rank > 0 ? ranked[0].sample : nil) }
    text = ScoreText(metric, ranked.map(\.sample))
  }

  /// Nil when every backend broke.
  var best: Standing? { standings.first { $0.verdict == .best } }

  /// Those whose mean is not further than one standard deviation of the best from the best; the best among them. Nil without a best.
  var withinOneDeviation: [Standing]? {
    guard let best, let sd = best.sample.sd else { return nil }
    let limit = best.sample.mean + (metric.higherIsBetter ? -sd : sd)
    return standings.filter { $0.verdict != .broke && !metric.isBetter(limit, than: $0.sample.mean) }
  }
}

extension TaskResults {
  /// One a metric, the primary one first.
  var rankings: [Ranking] { metrics.map { Ranking(self, $0) } }
}

/// A backend before it has its rank.
private struct Entry {
  let backend: BackendResults
  let sample: Sample
  let isWorseThanBaseline: Bool
  var broke: Bool { isWorseThanBaseline || !backend.lost.isEmpty }

  init?(_ backend: BackendResults, _ metric: Metric, _ baseline: Sample?) {
    guard let sample = backend.test(metric) else { return nil }
    (self.backend, self.sample) = (backend, sample)
    isWorseThanBaseline = baseline.map { metric.isBetter($0.mean, than: sample.mean) } ?? false
  }

  /// - Parameter best: nil for the first.
  func standing(against best: Sample?) -> Standing {
    let rival = broke ? nil : best
    let comparison = rival.flatMap { Statistics.welch(sample.values, $0.values) }
    return Standing(
      backend: backend, sample: sample,
      verdict: broke ? .broke : rival.map { verdict(comparison, $0) } ?? .best, comparison: comparison,
      isWorseThanBaseline: isWorseThanBaseline)
  }

  private func verdict(_ comparison: Statistics.Comparison?, _ best: Sample) -> Standing.Verdict {
    guard let p = comparison?.p else {
      guard let spreads = [sample.sd, best.sd] as? [Double] else { return .untested(.singleSeed) }
      if spreads == [0, 0], sample.mean == best.mean { return .equal }
      return .untested(spreads == [0, 0] ? .noSpread : .spreadIsNoNumber)
    }
    return p > Ranking.significance ? .close(p: p) : .apart(p: p)
  }
}

extension Array {
  /// Sorted; what the order does not tell apart stays as it was.
  fileprivate func stablySorted(_ precedes: (Element, Element) -> Bool) -> [Element] {
    enumerated().sorted { a, b in
      precedes(a.element, b.element) || !precedes(b.element, a.element) && a.offset < b.offset
    }.map(\.element)
  }
}
