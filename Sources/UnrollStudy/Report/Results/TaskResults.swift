import UnrollCore
import UnrollTraining

/// All runs of one task.
struct TaskResults {
  let name: String
  let kind: String
  /// The first is the primary one.
  let metrics: [Metric]
  let baseline: String
  let records: [RunRecord]
  let backends: [BackendResults]

  /// `records` is not empty and in order.
  init(name: String, records: [RunRecord], palette: [String]) {
    self.name = name
    self.records = records
    // A run that failed early may know no metrics.
    let model = records.first(where: \.isScored) ?? records.first { !$0.metrics.isEmpty } ?? records[0]
    (kind, metrics, baseline) = (model.cell.kind, model.metrics, model.baseline)
    backends = records.map(\.cell.backend).unique.map { backend in
      BackendResults(
        name: backend, index: palette.firstIndex(of: backend)!, records: records.filter { $0.cell.backend == backend })
    }
  }

  var primary: Metric? { metrics.first }
  var finished: [RunRecord] { records.filter(\.isScored) }

  /// What tables and legends call the baseline.
  var baselineTitle: String { "\(baseline) (baseline)" }

  /// The baseline's test scores: one value where all records agree, as they do for the same data.
  func baselineScore(_ metric: Metric) -> Sample? {
    Sample(finished.compactMap { $0.baselineScores[metric.name] }.unique.sorted())
  }
}

/// All seeds of one backend on one task.
struct BackendResults {
  let name: String
  /// Position in the study's list of backends.
  let index: Int
  let records: [RunRecord]

  var finished: [RunRecord] { records.filter(\.isScored) }
  var lost: [RunRecord] { records.filter { !$0.isScored } }

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
