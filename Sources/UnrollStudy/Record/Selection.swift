import UnrollData
import UnrollTraining

/// The runs of one backend on one task by their candidates, and which of those development chooses. No test score plays a part.
struct Selection {
  /// One setting, all of its seeds.
  struct Candidate {
    /// Nil where it is the only one.
    let name: String?
    /// Sorted by seed.
    let records: [RunRecord]

    /// Scores of the runs that finished.
    func scores(_ metric: Metric, _ split: Split) -> Sample? {
      Sample(records.filter(\.isScored).compactMap { $0.scores[split]?[metric.name] })
    }

    /// Whether all runs are scored, and none below the baseline by more than the baseline's own error. The baseline is known on test,
    /// which says nothing of the candidate.
    func isSound(_ metric: Metric) -> Bool {
      guard records.allSatisfy(\.isScored), let own = scores(metric, .development) else { return false }
      guard let baseline = records[0].baselineScores[metric.name] else { return true }
      let limit = baseline - metric.sign * records.baselineError(metric, baseline)
      return !own.values.contains { metric.isBetter(limit, than: $0) }
    }
  }

  /// In the order of the study.
  let candidates: [Candidate]
  let chosen: Candidate
  /// What it is chosen by; nil where no run knows a metric.
  let metric: Metric?

  /// The best mean on development, the first of equal ones, among the candidates that are sound and have as many runs as any; among all where there
  /// is none.
  ///
  /// - Parameter records: at least one.
  init(_ records: [RunRecord]) {
    let groups = Dictionary(grouping: records) { $0.cell.candidate ?? "" }
    let sorted = groups.sorted { Selection.place($0.value, $0.key) < Selection.place($1.value, $1.key) }
    candidates = sorted.map { _, runs in
      Candidate(name: runs[0].cell.candidate, records: runs.sorted { $0.cell.seed < $1.cell.seed })
    }
    // Candidates that keep their weights by different metrics are held against each other by the task's first.
    let scored = records.filter(\.isScored)
    let selecting = scored.compactMap(\.selecting)
    metric = selecting.allSatisfy { $0 == selecting[0] } ? selecting.first : scored[0].metrics.first
    guard let metric else {
      chosen = candidates[0]
      return
    }
    let most = candidates.map(\.records.count).max()!
    let sound = candidates.filter { $0.records.count == most && $0.isSound(metric) }
    let means = (sound.isEmpty ? candidates : sound).compactMap { candidate in
      candidate.scores(metric, .development).map { (candidate: candidate, mean: $0.mean) }
    }
    chosen =
      means.dropFirst().reduce(means.first) { best, next in
        metric.isBetter(next.mean, than: best?.mean) ? next : best
      }?.candidate ?? candidates[0]
  }

  private static func place(_ runs: [RunRecord], _ name: String) -> (Int, Int, String) {
    let first = runs.compactMap(\.order).map { ($0.task, $0.backend) }.min { $0 < $1 } ?? (.max, .max)
    return (first.0, first.1, name)
  }
}
