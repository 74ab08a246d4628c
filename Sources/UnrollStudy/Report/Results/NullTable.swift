import UnrollCore
import UnrollStatistics
import UnrollTraining

/// How often the rules of the report would tell models apart on a study's own runs, if all were one: `unroll null`.
public struct NullTable {
  /// One line of the table.
  public struct Row {
    public let task: String
    public let rates: NullRates
  }

  public let rows: [Row]

  /// Runs are dealt out anew within each task, by their first metric; beside them stand made-up scores from the normal distribution.
  ///
  /// - Parameters:
  ///   - models: in a table; nil for as many as the task has.
  ///   - seeds: of each; nil for as many as the task's backends have at least.
  /// - Throws: `InputError` where the study has too few runs for that.
  public init(_ runs: StudyRuns, study: String, models: Int?, seeds: Int?, tables: Int, seed: Int) throws {
    let results = try StudyResults(runs.records, study: study)
    let critical = CriticalValues(Judgement.confidence)
    var shapes: [[Int]] = []
    var rows: [Row] = []
    var random = RandomSource(seed: UInt64(seed))
    for task in results.tasks {
      guard let ranking = task.rankings.first else { continue }
      let pool = ranking.standings.filter { ![.broke, .unstable].contains($0.verdict) }.map(\.backend)
      let runs = pool.flatMap { $0.scores(ranking.metric) }
      let shape = [models ?? pool.count, seeds ?? pool.map(\.finished.count).min() ?? 0]
      guard shape[0] > 1, shape[1] > 1, shape[0] * shape[1] <= runs.count else {
        throw InputError(
          "the task \(task.name) has \(runs.count.counted("run")) that count, and tables of \(shape[0]) models with \(shape[1].counted("seed")) "
            + "need \(shape[0] * shape[1]), two of each at least; say less with --backends and --seeds")
      }
      rows.append(
        Row(
          task: task.name,
          rates: .permuted(
            runs, models: shape[0], seeds: shape[1], tables: tables, critical: critical, using: &random)))
      if !shapes.contains(shape) { shapes.append(shape) }
    }
    for shape in shapes {
      rows.append(
        Row(
          task: "simulated",
          rates: .simulated(models: shape[0], seeds: shape[1], tables: tables, critical: critical) { random.normal() }))
    }
    self.rows = rows
  }

  /// As Markdown.
  public var text: String {
    var table = MarkdownTable([
      ("task", .left), ("backends × seeds", .right), ("tables", .right), ("with a false loser", .right),
      ("95 % interval", .right), ("false losers a table", .right), ("outside the top group", .right),
    ])
    for row in rows {
      let rates = row.rates
      let ends = Statistics.rateInterval(rates.withLoser, of: rates.tables)
      func percent(_ share: Double) -> String { Digits.fixed(100 * share, 1) }
      table.add([
        Markdown.escape(row.task), "\(rates.models) × \(rates.seeds)", Digits.whole(rates.tables),
        percent(Double(rates.withLoser) / Double(rates.tables)) + " %",
        "\(percent(ends.lowerBound)) to \(percent(ends.upperBound)) %",
        Digits.fixed(Double(rates.losers) / Double(rates.tables), 3),
        percent(Double(rates.left) / Double(rates.tables * rates.models)) + " %",
      ])
    }
    return table.text
  }
}
