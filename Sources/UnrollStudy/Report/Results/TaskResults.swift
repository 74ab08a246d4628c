import UnrollCore
import UnrollStatistics
import UnrollTraining

/// The runs of one task, of each backend those of the candidate that was chosen.
struct TaskResults {
  let name: String
  let kind: String
  /// The first is the primary one.
  let metrics: [Metric]
  let baseline: String
  let records: [RunRecord]
  /// Those of which a run has come to its end.
  let backends: [BackendResults]
  /// Which candidates were chosen of which, also of backends whose search has just begun.
  let selections: [Selection]
  /// One a metric, the primary one first.
  let rankings: [Ranking]

  /// `records`, of all candidates, is not empty and in order.
  init(
    name: String, records: [RunRecord], palette: [String], margin: EqualityMargin = EqualityMargin(),
    critical: CriticalValues = CriticalValues(Judgement.confidence)
  ) {
    self.name = name
    // A run that failed early may know no metrics.
    let model = records.first(where: \.isScored) ?? records.first { !$0.metrics.isEmpty } ?? records[0]
    (kind, metrics, baseline) = (model.cell.kind, model.metrics, model.baseline)
    let all = records.map(\.cell.backend).unique.map { backend in
      BackendResults(
        name: backend, index: palette.firstIndex(of: backend)!,
        selection: Selection(records.filter { $0.cell.backend == backend }))
    }
    selections = all.map(\.selection)
    let backends = all.filter { !$0.records.isEmpty }
    self.backends = backends
    self.records = backends.flatMap(\.records)
    let finished = backends.flatMap(\.finished)
    rankings = metrics.map { metric in
      // One value where all records agree, as they do for the same data; of folds each has its own.
      let levels = finished.compactMap { run in
        run.baselineScores[metric.name].map { [Double(run.fold ?? 0), $0] }
      }
      let level = Sample(levels.unique.sorted { $0.lexicographicallyPrecedes($1) }.map { $0[1] })
      return Ranking(backends, metric, level, margin, critical)
    }
  }

  /// Whether its runs are those of a cross-validation.
  var isOfFolds: Bool { backends.contains(where: \.isOfFolds) }

  var primary: Metric? { metrics.first }
  var finished: [RunRecord] { records.filter(\.isScored) }

  /// Whether speeds and times of all runs were measured on one kind of machine, with as many runs beside them.
  var timesCompare: Bool {
    let places = finished.map { [$0.environment.cpu, $0.environment.jobs.map(String.init) ?? ""] }
    return Set(places).count == 1 && places[0][1] != ""
  }

  /// What tables and legends call the baseline.
  var baselineTitle: String { "\(baseline) (baseline)" }

  /// The baseline's test scores.
  func baselineScore(_ metric: Metric) -> Sample? { rankings.first { $0.metric == metric }?.baseline }
}

/// One backend on one task: all seeds of the candidate that was chosen, and what it was chosen of.
struct BackendResults {
  let name: String
  /// Position in the study's list of backends.
  let index: Int
  let selection: Selection

  /// Without those that wait at a rung.
  var records: [RunRecord] { selection.chosen.records.filter { $0.status != .stopped } }
  var finished: [RunRecord] { records.filter(\.isScored) }
  var lost: [RunRecord] { records.filter { !$0.isScored } }

  /// Whether each run has a test split of its own, one of the folds of the data.
  var isOfFolds: Bool { Set(records.compactMap(\.fold)).count > 1 }

  /// Test scores of the runs that finished.
  func test(_ metric: Metric) -> Sample? { Sample(finished.compactMap { $0.testScore(metric) }) }

  /// A cost over the runs that finished.
  func cost(_ value: (RunRecord.Cost) -> Double) -> Sample? { Sample(finished.map { value($0.cost) }) }

  /// A count that all seeds share as one number, otherwise its range.
  func count(_ value: (RunRecord.Cost) -> Int) -> String {
    let values = finished.map { value($0.cost) }
    guard let low = values.min(), let high = values.max() else { return "–" }
    return low == high ? Digits.whole(low) : "\(Digits.whole(low))–\(Digits.whole(high))"
  }
}
