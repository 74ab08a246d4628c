import UnrollCore
import UnrollStatistics
import UnrollTraining

/// How often the rules of the report would tell models apart on a study's own runs, if all were one: `unroll null`.
public struct NullTable {
  /// One line of the table; without rates where the task has too few runs for tables of that shape.
  struct Row {
    let task: String
    let runs: Int
    let shape: (models: Int, seeds: Int)
    let rates: NullRates?
  }

  let rows: [Row]

  /// Runs are dealt out anew within each task, by their first metric; beside them stand made-up scores from the normal distribution.
  ///
  /// - Parameters:
  ///   - runs: of one study.
  ///   - study: its name.
  ///   - models: in a table; nil for as many as the task has.
  ///   - seeds: of each; nil for as many as the task's backends have at least.
  ///   - tables: that are made of each kind.
  ///   - seed: of the dealing; equal ones give equal tables.
  /// - Throws: `InputError` where no task has enough runs for that.
  public init(_ runs: StudyRuns, study: String, models: Int?, seeds: Int?, tables: Int, seed: Int) throws {
    let results = try StudyResults(runs.records, study: study)
    let critical = CriticalValues(Judgement.confidence)
    var random = RandomSource(seed: UInt64(seed))
    var rows = results.tasks.compactMap { task -> Row? in
      guard let ranking = task.rankings.first else { return nil }
      let pool = ranking.standings.filter(\.verdict.isCompared).map(\.backend)
      let runs = pool.flatMap { $0.scores(ranking.metric) }
      let shape = (models: models ?? pool.count, seeds: seeds ?? pool.map(\.finished.count).min() ?? 0)
      return Row(
        task: task.name, runs: runs.count, shape: shape,
        rates: shape.models > 1 && shape.seeds > 1
          ? .permuted(
            runs, models: shape.models, seeds: shape.seeds, tables: tables, critical: critical, using: &random) : nil)
    }
    let shapes = rows.filter { $0.rates != nil }.map { [$0.shape.models, $0.shape.seeds] }.unique
    guard !shapes.isEmpty else {
      let most = rows.map(\.runs).max() ?? 0
      throw InputError(
        "no task has runs enough (\(most) at most) for tables of two backends with two seeds, or of what --backends and --seeds say"
      )
    }
    for shape in shapes {
      rows.append(
        Row(
          task: "simulated", runs: 0, shape: (shape[0], shape[1]),
          rates: .simulated(models: shape[0], seeds: shape[1], tables: tables, critical: critical) { random.normal() }))
    }
    self.rows = rows
  }

  /// As Markdown, and what its intervals do not know.
  public var text: String {
    var table = MarkdownTable([
      ("task", .left), ("backends × seeds", .right), ("tables", .right), ("with a false loser (95 %)", .right),
      ("false losers a table", .right), ("outside the top group", .right), ("called unstable", .right),
    ])
    func percent(_ share: Double) -> String { Digits.fixed(100 * share, 1) }
    for row in rows {
      let start = [Markdown.escape(row.task), "\(row.shape.models) × \(row.shape.seeds)"]
      guard let rates = row.rates else {
        table.add(start + ["too few runs (\(row.runs))", "–", "–", "–", "–"])
        continue
      }
      let ends = Statistics.rateInterval(rates.withLoser, of: rates.tables)
      let (tables, all) = (Double(rates.tables), Double(rates.tables * rates.models))
      table.add(
        start + [
          Digits.whole(rates.tables),
          "\(percent(Double(rates.withLoser) / tables)) % (\(percent(ends.lowerBound)) to \(percent(ends.upperBound)))",
          Digits.fixed(Double(rates.losers) / tables, 3), percent(Double(rates.left) / all) + " %",
          percent(Double(rates.unstable) / all) + " %",
        ])
    }
    return table.text
      + "\n\nIntervals are those of the dealing alone: the tables of a task are made of the same runs again and again."
  }
}
