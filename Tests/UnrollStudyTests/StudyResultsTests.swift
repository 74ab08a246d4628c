import Testing
import UnrollCore
import UnrollStatistics

@testable import UnrollStudy

/// Grouping, order and settings.
@Suite struct StudyResultsTests {
  @Test func namesSortWithoutAnOrder() throws {
    let results = try StudyResults(Synthetic.two, study: "demo")
    #expect(results.backends == ["gru", "lstm"])
    #expect(results.tasks[0].backends.map(\.name) == ["gru", "lstm"])
    #expect(results.records.map(\.cell.seed) == [1, 2, 3, 1, 2, 3])
  }

  @Test func recordsMayCarryTheStudysOrder() throws {
    let records = Synthetic.two.map { record in
      var record = record
      record.order = .init(task: 0, backend: record.cell.backend == "lstm" ? 0 : 1)
      return record
    }
    #expect(try StudyResults(records.reversed(), study: "demo").backends == ["lstm", "gru"])
  }

  /// The same run made on two machines: which record stays does not depend on the order of files.
  @Test func oneRecordAnIdentity() throws {
    var twin = Synthetic.two[0]
    twin.cost.seconds += 1
    let records = Synthetic.two + [twin]
    let results = try StudyResults(records, study: "demo")
    #expect(results.records.count == 6)
    #expect(try StudyResults(records.reversed(), study: "demo").records == results.records)
  }

  @Test func rankingFollowsTheDirection() throws {
    let task = try StudyResults(Synthetic.two, study: "demo").tasks[0]
    let ranking = task.rankings[0]
    #expect(ranking.standings.map(\.backend.name) == ["lstm", "gru"])
    #expect(ranking.best?.backend.name == "lstm")
    #expect(ranking.standings[1].verdict == .unjudged(.fewSeeds) && ranking.freedom == 4 && !ranking.isJudged)
  }

  @Test func settingsFallIntoScopes() throws {
    let records = ["a", "b"].flatMap { task in
      ["x", "y"].flatMap { backend in
        [1, 2].map { seed in
          var record = Synthetic.record(backend, seed: seed, score: 0.9, task: task)
          record.settings = .table([
            "seed": .integer(seed), "data": .string(task),
            "model": .table(["name": .string(backend), "width": .integer(8)]),
            "cell": .string(task + backend),
          ])
          return record
        }
      }
    }
    let settings = SettingsTable(records)
    #expect(settings.names(.common) == ["model.width"])
    #expect(settings.names(.task) == ["data"])
    #expect(settings.names(.backend) == ["model.name"])
    #expect(settings.names(.cell) == ["cell"])
    #expect(settings.names(.seed) == ["seed"])
  }

  @Test func keysMissingInSomeRunsAreNotCommon() {
    var records = Synthetic.two
    records[3].settings = .table([:])
    #expect(!SettingsTable(records).names(.common).contains("training.epochs"))
  }
}
