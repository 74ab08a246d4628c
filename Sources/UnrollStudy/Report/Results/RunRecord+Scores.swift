import UnrollData
import UnrollTraining

/// What a report takes of a run.
extension RunRecord {
  /// Metrics whose test scores are no numbers, though the run finished: records of before an evaluation could diverge.
  private var brokenScores: [String] {
    guard status == .finished else { return [] }
    let test = scores[.test] ?? [:]
    return metrics.enumerated().filter { index, metric in
      test[metric.name].map { !$0.isFinite } ?? (index == 0)
    }.map(\.element.name)
  }

  /// Which fold of its data is the test split; nil where they have none.
  var fold: Int? { settings["data"]?["fold"]?.integer }

  /// Whether means, tests and figures count the run: it finished, and its test scores are numbers.
  var isScored: Bool { status == .finished && brokenScores.isEmpty }

  /// `finished`, `diverged`, `failed`, or `no number` for a run that finished with such scores.
  var outcome: String { status == .finished && !isScored ? "no number" : status.rawValue }

  /// Nil where the run has none.
  func testScore(_ metric: Metric) -> Double? { scores[.test]?[metric.name] }

  /// The development metric that its training selected by; nil where the run knows none.
  var selecting: Metric? {
    let selected = settings["training"]?["select"]?.string
    return metrics.first { $0.name == selected } ?? metrics.first
  }

  /// Why there are no scores.
  var reason: String {
    if let message = failure?.message { return message }
    return brokenScores.isEmpty
      ? "no reason was recorded" : "no number stands for the test's \(Markdown.list(brokenScores))"
  }

  /// The primary metric on the test split, for a line of progress; empty without a score.
  var headline: String {
    guard let metric = metrics.first, let score = testScore(metric), let sample = Sample([score]) else {
      return ""
    }
    return "\(metric.name) \(ScoreText(metric, [sample]).quantity(score))"
  }
}

extension [RunRecord] {
  /// The standard error that the baseline's score has as a share of so many test targets; 0 of what is no share.
  func baselineError(_ metric: Metric, _ score: Double) -> Double {
    guard let items = lazy.filter(\.isScored).compactMap(\.items).first else { return 0 }
    let count =
      switch metric {
      case .accuracy: items.weights.reduce(0, +)
      case .sequenceAccuracy, .exactMatch: items.weights.count { $0 > 0 }
      default: 0
      }
    return count > 0 ? (score * (1 - score) / Double(count)).squareRoot() : 0
  }
}
