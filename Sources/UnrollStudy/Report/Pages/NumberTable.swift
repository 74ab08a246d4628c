import UnrollCore
import UnrollStatistics
import UnrollTraining

/// The numbers of a report for other programs: a row a task, backend and metric, and what the backend costs there.
struct NumberTable {
  static let columns = [
    "task", "backend", "metric", "higher_is_better", "seeds", "runs", "mean", "sd", "interval_low", "interval_high",
    "verdict",
    "behind_best", "behind_best_low", "behind_best_high", "equal_within_margin", "seeds_that_would_tell", "baseline",
    "parameters",
    "state_floats", "multiply_adds_per_token", "training_tokens_per_second", "inference_tokens_per_second", "peak_mib",
    "seconds", "step_microseconds", "candidates", "candidate",
  ]

  /// Under the names of `columns`; what is missing has no entry.
  let rows: [[String: Value]]

  init(_ results: StudyResults) {
    rows = results.tasks.flatMap { task in
      task.rankings.flatMap { ranking in
        task.backends.map { backend in
          let standing = ranking.standings.first { $0.backend.name == backend.name }
          return standing.map { NumberTable.row(task, ranking, $0) } ?? NumberTable.lost(task, ranking, backend)
        }
      }
    }
  }

  /// As RFC 4180 has it; shares are fractions, not percentages.
  var csv: String {
    CSV.row(NumberTable.columns)
      + rows.map { row in CSV.row(NumberTable.columns.map { row[$0].map { "\($0)" } ?? "" }) }.joined()
  }

  /// A list of tables.
  func json() throws -> [UInt8] { try Value.list(rows.map(Value.table)).json() + [UInt8(ascii: "\n")] }

  /// Of a backend none of whose runs left a score.
  private static func lost(_ task: TaskResults, _ ranking: Ranking, _ backend: BackendResults) -> [String: Value] {
    [
      "task": .string(task.name), "backend": .string(backend.name), "metric": .string(ranking.metric.name),
      "higher_is_better": .bool(ranking.metric.higherIsBetter), "seeds": .integer(0),
      "runs": .integer(backend.records.count), "verdict": .string("no scores"),
    ]
  }

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
    set("behind_best", standing.gap?.estimate.value)
    set("behind_best_low", standing.lead?.lowerBound)
    set("behind_best_high", standing.lead?.upperBound)
    row["candidates"] = .integer(backend.selection.candidates.count)
    row["candidate"] = backend.selection.chosen.name.map(Value.string)
    if case .undecided(let seeds?) = standing.verdict { row["seeds_that_would_tell"] = .integer(seeds) }
    let costs: [(String, (RunRecord.Cost) -> Double)] = [
      ("parameters", { Double($0.parameters) }), ("multiply_adds_per_token", { Double($0.multiplyAddsPerToken) }),
      ("training_tokens_per_second", \.trainingTokensPerSecond),
      ("inference_tokens_per_second", \.inferenceTokensPerSecond),
      ("peak_mib", \.peakMemory), ("seconds", \.seconds), ("step_microseconds", { $0.stepMicroseconds ?? .nan }),
    ]
    for (name, value) in costs { set(name, backend.cost(value)?.mean) }
    if !backend.finished.contains(where: { $0.cost.stateFloats == nil }) {
      set("state_floats", backend.cost { Double($0.stateFloats ?? 0) }?.mean)
    }
    return row
  }
}

extension Verdict {
  /// A word or three.
  var name: String {
    switch self {
    case .top: "top"
    case .worse: "worse"
    case .undecided: "undecided"
    case .unstable: "unstable"
    case .broke: "broke"
    case .unjudged(.alone): "alone"
    case .unjudged(.fewSeeds): "too few seeds"
    case .unjudged(.noSpread): "no spread"
    }
  }
}
