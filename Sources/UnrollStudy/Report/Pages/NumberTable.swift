import UnrollCore
import UnrollStatistics
import UnrollTraining

/// The numbers of a report for other programs: a row a task, backend and metric, and what the backend costs there.
public struct NumberTable {
  static let columns = [
    "task", "backend", "metric", "higher_is_better", "seeds", "runs", "mean", "sd", "interval_low", "interval_high",
    "verdict",
    "behind_best", "behind_best_low", "behind_best_high", "equal_within_margin", "seeds_that_would_tell", "baseline",
    "parameters",
    "state_floats", "multiply_adds_per_token", "training_tokens_per_second", "inference_tokens_per_second", "peak_mib",
    "seconds",
  ]

  /// Under the names of `columns`; what is missing has no entry.
  let rows: [[String: Value]]

  /// - Throws: `InputError` where no run belongs to the study.
  public init(_ runs: StudyRuns, study: String) throws {
    let results = try StudyResults(runs.records, study: study)
    rows = results.tasks.flatMap { task in
      task.rankings.flatMap { ranking in ranking.standings.map { NumberTable.row(task, ranking, $0) } }
    }
  }

  /// As RFC 4180 has it; shares are fractions, not percentages.
  public var csv: String {
    CSV.row(NumberTable.columns)
      + rows.map { row in CSV.row(NumberTable.columns.map { row[$0].map { "\($0)" } ?? "" }) }.joined()
  }

  /// A list of tables.
  public func json() throws -> [UInt8] { try Value.list(rows.map(Value.table)).json() + [UInt8(ascii: "\n")] }

  private static func row(_ task: TaskResults, _ ranking: Ranking, _ standing: Standing) -> [String: Value] {
    let (metric, backend) = (ranking.metric, standing.backend)
    var row: [String: Value] = [
      "task": .string(task.name), "backend": .string(backend.name), "metric": .string(metric.name),
      "higher_is_better": .bool(metric.higherIsBetter), "seeds": .integer(standing.sample.count),
      "runs": .integer(backend.records.count), "mean": .number(standing.sample.mean),
      "verdict": .string(standing.verdict.name), "equal_within_margin": .bool(standing.isEqual),
    ]
    func set(_ key: String, _ value: Double?) {
      guard let value, value.isFinite else { return }
      row[key] = Int(exactly: value).map(Value.integer) ?? .number(value)
    }
    set("sd", standing.sample.sd)
    set("interval_low", standing.interval?.lowerBound)
    set("interval_high", standing.interval?.upperBound)
    set("baseline", ranking.baseline?.mean)
    if let gap = standing.gap {
      set("behind_best", gap.estimate.value)
      set("behind_best_low", gap.estimate.value - gap.half)
      set("behind_best_high", gap.estimate.value + gap.half)
    }
    if case .undecided(let seeds?) = standing.verdict { row["seeds_that_would_tell"] = .integer(seeds) }
    let costs: [(String, (RunRecord.Cost) -> Double)] = [
      ("parameters", { Double($0.parameters) }), ("multiply_adds_per_token", { Double($0.multiplyAddsPerToken) }),
      ("training_tokens_per_second", \.trainingTokensPerSecond),
      ("inference_tokens_per_second", \.inferenceTokensPerSecond),
      ("peak_mib", \.peakMemory), ("seconds", \.seconds),
    ]
    for (name, value) in costs { set(name, backend.cost(value)?.mean) }
    if !backend.finished.contains(where: { $0.cost.stateFloats == nil }) {
      set("state_floats", backend.cost { Double($0.stateFloats ?? 0) }?.mean)
    }
    return row
  }
}

extension Verdict {
  /// One word.
  var name: String {
    switch self {
    case .top: "top"
    case .worse: "worse"
    case .undecided: "undecided"
    case .unstable: "unstable"
    case .broke: "broke"
    case .unjudged: "unjudged"
    }
  }
}
