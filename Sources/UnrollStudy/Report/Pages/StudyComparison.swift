import CLibrary
import UnrollCore
import UnrollStatistics
import UnrollTraining

/// Two studies side by side, or one study of two programs or machines: what differs in settings, what moved in scores and speed, and
/// whether it is more than noise.
///
/// Cells are compared by task and backend. Scores share a variance over all cells of a task and both studies, as in a report, and
/// a difference counts where it passes Student's bound at 5 % over all cells (Bonferroni), since nobody picks a cell before. As there
/// nothing is judged below eight degrees of freedom, and nothing of what broke.
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
    let tasks: [TaskResults]
    let sides: [BackendResults]
    var task: TaskResults { tasks[0] }
    var name: String { sides[0].name }
    /// Whether it neither broke nor is unstable on a side.
    var isSound: Bool {
      tasks.allSatisfy { $0.rankings.first?.standings.first { $0.backend.name == name }?.verdict.isCompared == true }
    }
  }

  private let sides: [Side]
  private let cells: [Cell]

  /// Compares what both have: tasks and backends of the same name.
  public init(_ a: Side, _ b: Side) {
    sides = [a, b]
    cells = a.results.tasks.flatMap { task in
      guard let other = b.results.tasks.first(where: { $0.name == task.name }) else { return [Cell]() }
      return task.backends.compactMap { backend in
        other.backends.first { $0.name == backend.name }.map { Cell(tasks: [task, other], sides: [backend, $0]) }
      }
    }
  }

  /// As Markdown; without a cell that both have it says what each has alone.
  public var text: String {
    let title = "\(Markdown.escape(sides[0].name)) and \(Markdown.escape(sides[1].name))"
    let head = [Block.heading(1, title)] + sums + missing
    let rest =
      cells.isEmpty
      ? [] : [.heading(2, "Settings")] + settings + [.heading(2, "Scores")] + scores + [.heading(2, "Speed")] + speeds
    return (head + rest).map { $0.markdown { _ in "" } }.joined(separator: "\n\n") + "\n"
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
    add("system") { $0.environment.system }
    add("program") { $0.environment.program }
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

  /// Keys whose values differ in a cell that both have, and data: files may have changed where settings have not.
  private var settings: [Block] {
    let tables = sides.map { SettingsTable($0.results.chosen) }
    let keys = Set(tables.flatMap { $0.keys.map(\.name) }).subtracting(["seed"]).sorted()
    var rows: [(change: [String], cells: [String])] = []
    func add(_ name: String, _ value: (Int, Cell) -> String?) {
      for cell in cells {
        let values = [0, 1].map { value($0, cell).map(Markdown.code) ?? "–" }
        guard values[0] != values[1] else { continue }
        let (change, place) = ([name] + values, "\(cell.task.name) / \(cell.name)")
        if let row = rows.firstIndex(where: { $0.change == change }) {
          rows[row].cells.append(place)
        } else {
          rows.append((change, [place]))
        }
      }
    }
    add("digest of the data") { side, cell in
      cell.sides[side].records.lazy.map(\.data.digest).first { !$0.isEmpty }.map { String($0.prefix(12)) }
    }
    for key in keys {
      add(Markdown.code(key)) { side, cell in
        tables[side].value(key) { $0.task == cell.task.name && $0.backend == cell.name }
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
    let scored = cells.filter { $0.task.primary != nil }
    guard !scored.isEmpty else { return [.paragraph("No cell that both have has a score.")] }
    func metric(_ cell: Cell) -> Metric { cell.task.primary! }
    func text(_ cell: Cell) -> ScoreText { ScoreText(metric(cell), cell.sides.compactMap { $0.test(metric(cell)) }) }
    return compared(
      titles: ["score", "moved by", "95 % interval"], words: ("better", "worse"), cells: scored, isCompared: \.isSound,
      values: { cell, side in ModelScores(pooling: cell.sides[side].scores(metric(cell))) },
      shown: { cell, side in
        let runs = side.lost.isEmpty ? nil : side.records.count
        return side.test(metric(cell)).map { text(cell).cell($0, of: runs) } ?? "no scores"
      }, sign: { metric($0).sign }, moved: { text($0).difference($1) }
    ) + [
      .paragraph(
        "Intervals are for other seeds and, where runs say how every test item went, other test items. What broke or is unstable on either "
          + "side is not compared.")
    ]
  }

  /// Logarithms, so that a difference is a ratio.
  private var speeds: [Block] {
    compared(
      titles: ["training tokens/s", "ratio", "95 % interval"], words: ("faster", "slower"), cells: cells,
      isCompared: { _ in true },
      values: { cell, side in
        ModelScores(cell.sides[side].finished.map(\.cost.trainingTokensPerSecond).filter { $0 > 0 }.map(log))
      }, shown: { $1.cost(\.trainingTokensPerSecond)?.costText ?? "–" }, sign: { _ in 1 },
      moved: { Digits.fixed(exp($1), 3) })
  }

  /// A row a cell; those of a task that are compared share a variance.
  private func compared(
    titles: [String], words: (better: String, worse: String), cells: [Cell], isCompared: (Cell) -> Bool,
    values: (Cell, Int) -> ModelScores, shown: (Cell, BackendResults) -> String, sign: (Cell) -> Double,
    moved: (Cell, Double) -> String
  ) -> [Block] {
    var table = MarkdownTable(
      [("task", .left), ("backend", .left)] + titles.map { ($0, MarkdownTable.Alignment.right) } + [
        ("more than noise", .left)
      ])
    for task in cells.map(\.task.name).unique {
      let own = cells.filter { $0.task.name == task }
      var pooled: [ModelScores] = []
      let places = own.map { cell -> Int? in
        let pair = [values(cell, 1), values(cell, 0)]
        guard isCompared(cell), !pair.contains(where: \.values.isEmpty) else { return nil }
        pooled += pair
        return pooled.count - 2
      }
      let pool = PooledComparison(pooled)
      for (cell, place) in zip(own, places) {
        var row = [Markdown.escape(task), Markdown.code(cell.name)]
        row.append(cell.sides.map { shown(cell, $0) }.joined(separator: " → "))
        if let place {
          let difference = pool.difference(place, place + 1)
          let (value, half) = (difference.value * sign(cell), difference.halfInterval)
          // Without two seeds of any model other seeds are not known.
          let isKnown = difference.error > 0 && difference.knowsSeeds
          let ends = isKnown ? [value - half, value + half].map { moved(cell, $0) }.joined(separator: " to ") : "–"
          row += [moved(cell, value), ends, verdict(difference, pool, words, of: cells.count)]
        } else {
          row += ["–", "–", "not compared"]
        }
        table.add(row)
      }
    }
    let about =
      "From \(Markdown.escape(sides[0].name)) to \(Markdown.escape(sides[1].name)); *more than noise* is said at 5 % over all "
      + "\(cells.count) cells of this table."
    return [.paragraph(about), .table(table)]
  }

  private func verdict(
    _ difference: PooledComparison.Estimate, _ pool: PooledComparison, _ words: (better: String, worse: String),
    of cells: Int
  ) -> String {
    guard pool.freedom >= Judgement.fewestDegrees else { return "not judged: too few seeds" }
    guard difference.error > 0 else { return difference.value == 0 ? "no" : "not judged: no spread" }
    guard abs(difference.value) > difference.bound(1 - 0.025 / Double(cells)) else { return "no" }
    return "**\(difference.value > 0 ? words.better : words.worse)**"
  }
}
