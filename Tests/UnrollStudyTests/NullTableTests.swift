import Testing
import UnrollCore
import UnrollTraining

@testable import UnrollStudy

/// What `unroll null` makes of a study's runs.
@Suite struct NullTableTests {
  private func runs(_ backends: Int, seeds count: Int) -> StudyRuns {
    var random = RandomSource(seed: 5)
    let records = (0..<backends).flatMap { backend in
      seeds("b\(backend)", (0..<count).map { _ in 0.9 + 0.01 * random.normal() })
    }
    return StudyRuns(records: records, wanted: records.count, notes: "")
  }

  private func table(_ runs: StudyRuns, _ models: Int? = nil, _ seeds: Int? = nil) throws -> NullTable {
    try NullTable(runs, study: "demo", models: models, seeds: seeds, tables: 300, seed: 1)
  }

  @Test func tablesHaveTheShapeOfTheTask() throws {
    let table = try table(runs(6, seeds: 4))
    #expect(table.rows.map(\.task) == ["tags", "simulated"])
    for row in table.rows {
      #expect(row.rates?.models == 6 && row.rates?.seeds == 4 && row.rates?.tables == 300)
      #expect(row.rates!.withLoser < 36, "5 % of 300 are 15")
    }
    #expect(table.text.contains("| tags      |            6 × 4 |    300 |"), "\(table.text)")
    let smaller = try self.table(runs(6, seeds: 4), 3, 5)
    #expect(smaller.rows[0].rates?.models == 3 && smaller.rows[0].rates?.seeds == 5)
  }

  @Test func equalNumbersDealEqually() throws {
    let (first, second) = (try table(runs(5, seeds: 3)), try table(runs(5, seeds: 3)))
    #expect(first.rows.map(\.rates) == second.rows.map(\.rates))
  }

  @Test func tooFewRunsAreSaid() throws {
    let error = #expect(throws: InputError.self) { try table(runs(4, seeds: 3), 5, 3) }
    #expect(error?.description.hasPrefix("no task has runs enough (12 at most) for tables of two backends") == true)
    // Beside a task with enough of them it is a row.
    let more = StudyRuns(
      records: runs(4, seeds: 3).records + seeds("b0", [0.5, 0.6], task: "small"), wanted: 14, notes: "")
    let both = try table(more)
    #expect(both.rows.map(\.task) == ["small", "tags", "simulated"] && both.rows[0].rates == nil)
    #expect(both.text.contains("too few runs (0)"), "\(both.text)")
    #expect(throws: InputError.self) { try table(runs(4, seeds: 1)) }
  }

  /// What a run's items add is dealt out with it.
  @Test func itemsGoWithTheirRuns() throws {
    var runs = runs(3, seeds: 4)
    for index in runs.records.indices {
      var items = ItemScores(count: 60)
      for item in 0..<60 { items.add(to: item, isRight: (item + index) % 3 > 0, loss: 1) }
      runs.records[index].items = items
    }
    #expect(try table(runs).rows[0].rates!.withLoser < 15, "items that differ make differences less sure")
  }
}
