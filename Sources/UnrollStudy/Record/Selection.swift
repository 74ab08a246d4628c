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
    /// The epochs after which a search stopped it; nil where it trains to the end. Then its records are as they were there.
    var stopped: Int? = nil

    /// Scores of the runs that finished; of what was stopped or waits those that it has.
    func scores(_ metric: Metric, _ split: Split) -> Sample? {
      Sample(records.filter { $0.isScored || $0.status == .stopped }.compactMap { $0.scores[split]?[metric.name] })
    }

    /// Over seeds, of the best development scores up to an epoch; nil where a run was lost before.
    func mean(_ metric: Metric, upTo epochs: Int) -> Double? {
      let scores = records.compactMap { $0.developmentScore(metric, upTo: epochs) }
      return scores.count == records.count ? Sample(scores)?.mean : nil
    }

    /// As it was after so many epochs.
    fileprivate func stopped(after epochs: Int) -> Candidate {
      Candidate(name: name, records: records.map { $0.stopped(after: epochs) }, stopped: epochs)
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
  /// Where candidates compete as they train.
  let search: RunRecord.Search?
  /// The epochs of the rung that some run of a search has yet to reach; nil where those that are left train to the end.
  let rung: Int?

  /// Of a search: how many runs have yet to go on.
  var waiting: Int {
    candidates.reduce(0) { sum, candidate in
      sum + (candidate.stopped == nil ? candidate.records.count { $0.status == .stopped } : 0)
    }
  }

  /// The best mean on development, the first of equal ones, among the candidates that are sound and have as many runs as any; among all where there
  /// is none. What a search stopped is none of them.
  ///
  /// - Parameter records: at least one.
  init(_ records: [RunRecord]) {
    let groups = Dictionary(grouping: records) { $0.cell.candidate ?? "" }
    let sorted = groups.sorted { Selection.place($0.value, $0.key) < Selection.place($1.value, $1.key) }
    let all = sorted.map { _, runs in
      Candidate(name: runs[0].cell.candidate, records: runs.sorted { $0.cell.seed < $1.cell.seed })
    }
    // Candidates that keep their weights by different metrics are held against each other by the task's first.
    let selecting = records.compactMap(\.selecting)
    metric =
      selecting.allSatisfy { $0 == selecting[0] }
      ? selecting.first : records.lazy.compactMap(\.metrics.first).first
    search = records.lazy.compactMap(\.cell.search).first
    let halving = search.map { [metric] in Halving(all, $0, metric) }
    rung = halving?.open
    candidates = halving.map { zip(all, $0.stopped).map { $1.map($0.stopped(after:)) ?? $0 } } ?? all
    let racing = candidates.filter { $0.stopped == nil }
    guard let metric else {
      chosen = racing[0]
      return
    }
    let most = racing.map(\.records.count).max()!
    let sound = racing.filter { $0.records.count == most && $0.isSound(metric) }
    let means = (sound.isEmpty ? racing : sound).compactMap { candidate in
      candidate.scores(metric, .development).map { (candidate: candidate, mean: $0.mean) }
    }
    chosen =
      means.dropFirst().reduce(means.first) { best, next in
        metric.isBetter(next.mean, than: best?.mean) ? next : best
      }?.candidate ?? racing[0]
  }

  private static func place(_ runs: [RunRecord], _ name: String) -> (Int, Int, String) {
    let first = runs.compactMap(\.order).map { ($0.task, $0.backend) }.min { $0 < $1 } ?? (.max, .max)
    return (first.0, first.1, name)
  }
}
