import Testing
import UnrollCore

@testable import UnrollStudy

/// Who is beaten by nobody.
@Suite struct CostFrontTests {
  private func ranking(_ models: [(name: String, parameters: Int, state: Int?, score: Double)]) -> Ranking {
    let records = models.flatMap { model in
      seeds(model.name, [model.score, model.score + 0.001, model.score - 0.001]).map { record in
        var record = record
        (record.cost.parameters, record.cost.stateFloats) = (model.parameters, model.state)
        return record
      }
    }
    return TaskResults(name: "tags", records: records, palette: models.map(\.name)).rankings[0]
  }

  private func front(_ cost: Cost, _ ranking: Ranking) -> [String]? {
    CostFront(cost, ranking)?.models.map(\.standing.backend.name)
  }

  /// b costs more than a and is worse, d is as good as c for more.
  @Test func dominatedModels() {
    let ranking = ranking([("a", 100, 10, 0.8), ("b", 150, nil, 0.7), ("c", 200, 20, 0.9), ("d", 300, 5, 0.9)])
    #expect(front(.parameters, ranking) == ["a", "c"])
    #expect(front(.state, ranking) == ["d"], "b reads the whole sequence")
    #expect(CostFront(.parameters, ranking)?.contains("d") == false)
  }

  @Test func moreTokensAreBetter() {
    let ranking = ranking([("a", 100, 1, 0.8), ("z", 100, 1, 0.9)])
    #expect(front(.training, ranking) == ["a", "z"], "a trains faster, z is better")
    #expect(front(.parameters, ranking) == nil, "all cost the same")
  }

  @Test func equalModelsAreBothOnIt() {
    let ranking = ranking([("a", 100, 1, 0.9), ("b", 100, 1, 0.9), ("c", 200, 1, 0.8)])
    #expect(front(.parameters, ranking) == ["a", "b"])
  }

  /// What models cost in time compares where all runs had the same machine, and as much of it.
  @Test func theReportNamesThem() throws {
    var records = seeds("aa", [0.8, 0.81]) + seeds("zz", [0.7, 0.71])
    for index in records.indices { records[index].environment.jobs = 2 }
    let text = try ReportFiles.text(records)
    #expect(text.contains("| cost ") && text.contains("| on the front, the cheapest first |"), "\(text)")
    #expect(text.contains("| parameters         | `aa` (19,400: 80.50 %)"), "\(text)")
    #expect(text.contains("| training tokens/s  | `aa` (") && !text.contains("do not compare"))
    let figure = try #require(
      Report.blocks(records, study: "demo").flatMap(\.figures).first { $0.name == "tags-cost" })
    #expect(figure.script.contains("lc rgb '#99d55e00' title 'zz'"), "dominated models are pale")
    #expect(figure.script.contains("lc rgb '#0072b2' title 'aa'"))
    records[0].environment.jobs = 1
    let apart = try ReportFiles.text(records)
    #expect(apart.contains("Speeds and times of these runs do not compare, so that they have no front."))
    #expect(apart.contains("| parameters     | `aa` (19,400: 80.50 %)") && !apart.contains("| training tokens/s  |"))
  }
}
