import CLibrary
import UnrollCore
import UnrollStatistics
import UnrollTraining

/// Two studies side by side, or one study of two programs or machines: what differs in settings, what moved in scores and speed, and
/// whether it is more than noise.
///
/// Cells are compared by task and backend. Scores share a variance over all cells of a task and both studies, as in a report, and
/// a difference counts where it passes Student's bound at 5 % over all cells (Bonferroni), since nobody picks a cell before.
public struct StudyComparison {
  /// One side.
  public struct Side {
    let name: String
    let results: StudyResults

    /// - Parameters:
    ///   - runs: of one study.
    ///   - name: what it is called here, for example where its runs lie.
    /// - Throws: `InputError` where there are no runs.
    public init(_ runs: StudyRuns, name: String) throws {
      guard let study = runs.records.first?.study else { throw InputError("has no runs", file: name) }
      (self.name, results) = (name, try StudyResults(runs.records, study: study))
    }
  }

  private struct Cell {
    let task: TaskResults
    let sides: [BackendResults]
    var name: String { sides[0].name }
  }

  private let sides: [Side]
  private let cells: [Cell]

  /// Compares what both have: tasks and backends of the same name.
  public init(_ a: Side, _ b: Side) {
    sides = [a, b]
    cells = a.results.tasks.flatMap { task in
      let other = b.results.tasks.first { $0.name == task.name }
      return task.backends.compactMap { backend in
        other?.backends.first { $0.name == backend.name }.map { Cell(task: task, sides: [backend, $0]) }
      }
    }
  }

  /// As Markdown.
  public var text: String {
    ([Block.heading(1, "\(Markdown.escape(sides[0].name)) and \(Markdown.escape(sides[1].name))")] + sums + missing
      + [.heading(2, "Settings")] + settings + [.heading(2, "Scores")] + scores + [.heading(2, "Speed")] + speeds)
      .map { $0.markdown { _ in "" } }.joined(separator: "\n\n") + "\n"
  }

  private var sums: [Block] {
    var table = MarkdownTable([("", .left)] + sides.map { (Markdown.escape($0.name), MarkdownTable.Alignment.left) })
    func add(_ title: String, _ value: (RunRecord) -> String) {
      table.add(
        [title]
          + sides.map { side in side.results.records.map(value).unique.map(Markdown.escape).joined(separator: ", ") })
    }
    table.add(["runs"] + sides.map { Digits.whole($0.results.records.count) })
    add("processor") { $0.environment.cpu }
    add("program") { "\($0.environment.version) (\($0.environment.commit.prefix(12)))" }
    add("libraries") { record in
      record.environment.libraries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
    add("runs at a time") { $0.environment.jobs.map(String.init) ?? "not recorded" }
    return [.table(table)]
  }

  /// What one side has alone.
  private var missing: [Block] {
    func names(_ side: Side) -> [String] {
      side.results.tasks.flatMap { task in task.backends.map { "\(task.name) / \($0.name)" } }
    }
    let (a, b) = (names(sides[0]), names(sides[1]))
    let items = zip(sides, [a.filter { !b.contains($0) }, b.filter { !a.contains($0) }]).compactMap { side, own in
      own.isEmpty ? nil : "Only in \(Markdown.escape(side.name)): \(Markdown.list(own.map(Markdown.escape)))."
    }
    return items.isEmpty ? [] : [.list(items)]
  }

  /// Keys whose values differ in a cell that both have.
  private var settings: [Block] {
    let tables = sides.map { SettingsTable($0.results.chosen) }
    let keys = Set(tables.flatMap { $0.keys.map(\.name) }).subtracting(["seed"]).sorted()
    var rows: [(change: [String], cells: [String])] = []
    for key in keys {
      for cell in cells {
        let values = zip(tables, cell.sides).map { table, backend in
          table.value(key) { $0.task == cell.task.name && $0.backend == backend.name }.map(Markdown.code) ?? "–"
        }
        guard values[0] != values[1] else { continue }
        let change = [Markdown.code(key)] + values
        if let row = rows.firstIndex(where: { $0.change == change }) {
          rows[row].cells.append("\(cell.task.name) / \(cell.name)")
        } else {
          rows.append((change, ["\(cell.task.name) / \(cell.name)"]))
        }
      }
    }
    guard !rows.isEmpty else { return [.paragraph("The same in all cells that both have.")] }
    var table = MarkdownTable(
      [("setting", .left)] + sides.map { (Markdown.escape($0.name), MarkdownTable.Alignment.left) } + [("where", .left)]
    )
    for row in rows {
      let places = row.cells.count == cells.count ? "everywhere" : Markdown.list(row.cells.map(Markdown.escape))
      table.add(row.change + [places])
    }
    return [.table(table)]
  }

  private var scores: [Block] {
    let families = cells.compactMap { cell in cell.task.primary.map { (cell, $0) } }
    guard !families.isEmpty else { return [.paragraph("No cell that both have has a score.")] }
    return compared(
      titles: ["score", "moved by", "95 % interval"], cells: families.map(\.0),
      values: { cell, side in
        let metric = cell.task.primary!
        return ModelScores(pooling: cell.sides[side].scores(metric))
      },
      text: { cell, difference in
        let metric = cell.task.primary!
        let samples = cell.sides.compactMap { $0.test(metric) }
        let text = ScoreText(metric, samples)
        let (value, half) = (difference.value * metric.sign, difference.halfInterval)
        return [
          samples.map { text.cell($0) }.joined(separator: " → "), text.difference(value),
          "\(text.difference(value - half)) to \(text.difference(value + half))",
        ]
      }, better: "better", worse: "worse")
  }

  /// Logarithms, so that a difference is a ratio.
  private var speeds: [Block] {
    compared(
      titles: ["training tokens/s", "ratio", "95 % interval"], cells: cells,
      values: { cell, side in
        ModelScores(cell.sides[side].finished.map(\.cost.trainingTokensPerSecond).filter { $0 > 0 }.map(log))
      },
      text: { cell, difference in
        func ratio(_ value: Double) -> String { Digits.fixed(exp(value), 3) }
        return [
          cell.sides.map { $0.cost(\.trainingTokensPerSecond)?.costText ?? "–" }.joined(separator: " → "),
          ratio(difference.value),
          "\(ratio(difference.value - difference.halfInterval)) to \(ratio(difference.value + difference.halfInterval))",
        ]
      }, better: "faster", worse: "slower")
  }

  private func compared(
    titles: [String], cells: [Cell], values: (Cell, Int) -> ModelScores,
    text: (Cell, PooledComparison.Estimate) -> [String], better: String, worse: String
  ) -> [Block] {
    var table = MarkdownTable(
      [("task", .left), ("backend", .left)] + titles.map { ($0, MarkdownTable.Alignment.right) } + [
        ("more than noise", .left)
      ])
    for task in cells.map(\.task.name).unique {
      let own = cells.filter { $0.task.name == task }
      let all = own.flatMap { cell in [values(cell, 1), values(cell, 0)] }
      let usable = own.indices.filter { !all[2 * $0].values.isEmpty && !all[2 * $0 + 1].values.isEmpty }
      let pool = PooledComparison(usable.flatMap { [all[2 * $0], all[2 * $0 + 1]] })
      for (place, index) in usable.enumerated() {
        let difference = pool.difference(2 * place, 2 * place + 1)
        let bound = difference.bound(1 - 0.025 / Double(cells.count))
        let verdict =
          pool.freedom < 1
          ? "a single seed has no spread"
          : abs(difference.value) <= bound ? "no" : "**\(difference.value > 0 ? better : worse)**"
        table.add([Markdown.escape(task), Markdown.code(own[index].name)] + text(own[index], difference) + [verdict])
      }
    }
    let words =
      "From \(Markdown.escape(sides[0].name)) to \(Markdown.escape(sides[1].name)); *more than noise* is said at 5 % over all "
      + "\(cells.count) cells of this table."
    return [.paragraph(words), .table(table)]
  }
}
