import TestSupport
import Testing
import UnrollCore
import UnrollData
import UnrollTraining

@testable import UnrollStudy

/// Candidates: development chooses, test is reported, and all of them are shown.
@Suite struct SelectionTests {
  /// A seed for each pair of scores.
  private func candidate(
    _ name: String?, _ scores: [(development: Double, test: Double)], backend: String = "lstm", place: Int = 0,
    metric: Metric = .accuracy
  ) -> [RunRecord] {
    zip(1..., scores).map { seed, score in
      var record = Synthetic.record(backend, seed: seed, score: score.test, metric: metric)
      record.cell.candidate = name
      record.order = .init(task: 0, backend: place)
      record.identity = Digest.hex(Array("\(backend) \(name ?? "") \(seed)".utf8))
      record.scores[.development] = [metric.name: score.development]
      return record
    }
  }

  private func chosen(_ records: [RunRecord]) -> String? { Selection(records).chosen.name }

  @Test func theBestMeanOnDevelopmentIsChosenWhateverTheTestSays() {
    let a = candidate("a", [(0.90, 0.99), (0.80, 0.99)])
    let b = candidate("b", [(0.84, 0.70), (0.88, 0.70)], place: 1)
    #expect(chosen(a + b) == "b")
    #expect(Selection((b + a).reversed()).candidates.map(\.name) == ["a", "b"], "the study's order")
    #expect(
      chosen(candidate("b", [(0.85, 0.7)], place: 1) + candidate("a", [(0.85, 0.8)])) == "a", "the first of equals")
  }

  @Test func lessIsBetterWhereTheMetricSaysSo() {
    let a = candidate("a", [(300, 310)], metric: .perplexity), b = candidate("b", [(200, 400)], metric: .perplexity)
    #expect(chosen(a + b) == "b")
  }

  /// The metric that keeps the best weights chooses; candidates that differ in it are chosen by the task's first.
  @Test(arguments: [(["macro-f1", "macro-f1"], "a"), (["macro-f1", "accuracy"], "b")])
  func theMetricThatSelects(select: [String], name: String) {
    var records = candidate("a", [(0.7, 0.7)]) + candidate("b", [(0.8, 0.8)], place: 1)
    for (index, f1) in [0.6, 0.5].enumerated() {
      records[index].metrics = [.accuracy, .macroF1]
      records[index].scores[.development]?["macro-f1"] = f1
      records[index].settings = .table(["training": .table(["select": .string(select[index])])])
    }
    #expect(chosen(records) == name)
  }

  /// The baseline is 0.6; with 9,600 targets its error is √(0.24 / 9600) = 0.005.
  @Test func whatBrokeIsChosenOnlyWhereAllDid() {
    var best = candidate("a", [(0.95, 0.95), (0.95, 0.95)])
    let sound = candidate("b", [(0.75, 0.75), (0.75, 0.75)], place: 1)
    #expect(chosen(best + sound) == "a")
    best[1] = Synthetic.lost(best[1], .diverged, "training diverged")
    #expect(chosen(best + sound) == "b", "a lost run")
    let below = candidate("c", [(0.95, 0.95), (0.58, 0.9)], place: 2)
    #expect(chosen(below + sound) == "b", "below the baseline")
    #expect(chosen(best + below) == "a" && chosen(best) == "a")
    var items = ItemScores(count: 1)
    items.weights = [9600]
    var near = candidate("d", [(0.596, 0.9), (0.95, 0.9)], place: 3)
    for index in near.indices { near[index].items = items }
    #expect(chosen(near + sound) == "d", "by less than its error")
    let lost = sound.map { Synthetic.lost($0, .failed, "no memory") }
    #expect(chosen(lost + below) == "c" && chosen(lost) == "b")
  }

  /// A study that is not done: what has fewer runs waits.
  @Test func candidatesWithFewerRunsWait() {
    let one = candidate("a", [(0.95, 0.95)]), two = candidate("b", [(0.8, 0.8), (0.8, 0.8)], place: 1)
    #expect(chosen(one + two) == "b")
  }

  @Test func theReportShowsWhatWasChosenAndHowTheOthersDid() throws {
    let records =
      candidate("layers=1", [(0.90, 0.89), (0.92, 0.91)])
      + candidate("layers=2", [(0.95, 0.70), (0.97, 0.72)], place: 1)
      + candidate("layers=1", [(0.93, 0.92), (0.93, 0.94)], backend: "gru", place: 2)
      + candidate("layers=2", [(0.91, 0.95), (0.91, 0.97)], backend: "gru", place: 3)
    let results = try StudyResults(records.reversed(), study: "demo")
    #expect(results.records.count == 8 && results.chosen.count == 4)
    #expect(results.tasks[0].backends.map { $0.selection.chosen.name } == ["layers=2", "layers=1"])
    let text = try ReportFiles.text(records)
    #expect(
      text.contains(
        "Each backend stands with the one of 2 candidates that development chose ([Selection](#selection))."))
    let rows = text.split(separator: "\n").filter { $0.contains("| `layers=") && $0.contains(" – ") }.map { row in
      row.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
    }
    #expect(
      rows == [
        ["`lstm`", "`layers=2`", "2", "96.0 ± 1.4 (2)", "71.0 ± 1.4 (2)", "71.0 – 90.0"],
        ["`gru`", "`layers=1`", "2", "93.0 ± 0.0 (2)", "93.0 ± 1.4 (2)", "93.0 – 96.0"],
      ], "\(rows)")
    #expect(text.contains("`gru` has the best mean test accuracy, 93.0 %"))
    let figure = try #require(
      try Report.blocks(records, study: "demo").flatMap(\.figures).first { $0.name == "selection" })
    #expect(figure.script.contains("90 -0\n96 -1\n") && figure.script.contains("71 -0\n93 -1\n"), "\(figure.script)")
    #expect(!(try ReportFiles.text(Synthetic.two)).contains("Selection"))
  }

  @Test func tasksThatDoNotFitAreCounted() throws {
    let records = (1...13).flatMap { task in
      (candidate("a", [(0.9, 0.9)]) + candidate("b", [(0.8, 0.8)], place: 1)).map { record in
        var record = record
        (record.cell.task, record.identity) = ("task \(task)", "\(record.identity)\(task)")
        return record
      }
    }
    let figure = try Report.blocks(records, study: "demo").flatMap(\.figures).first { $0.name == "selection" }
    #expect(try #require(figure).title.hasSuffix(". The first 12 of 13 tasks"))
  }

  @Test func unevenNumbersAreNamed() throws {
    let records =
      candidate("a", [(0.9, 0.9)]) + candidate("b", [(0.8, 0.8)], place: 1)
      + candidate(nil, [(0.7, 0.7)], backend: "rnn", place: 2)
    #expect(
      try ReportFiles.text(records).contains(
        "Each backend stands with the candidate that development chose ([Selection](#selection)): `lstm` of 2 and `rnn` of 1."
      ))
  }

  /// Until all runs are done each candidate keeps its best model; then the chosen one alone.
  @Test func theModelOfTheChosenCandidateStays() throws {
    let scratch = Scratch()
    try scratch.write("tags.txt", StudyText.tags(60))
    let (store, none) = (RecordStore(folder: "\(scratch.path)/records"), DataLocation(roots: []))
    let text =
      StudyText.data + "backends: [gru]\nseeds: 2\nwidth: 6\ntraining: {epochs: 8, learning_rate: [0.00001, 0.02]}\n"
    let requests = try StudyText.study(text, in: scratch.path).requests(none)
    func models() throws -> [String] { try Files.list(store.folder).filter { $0.hasSuffix(".safetensors") } }
    let folder = RunFolder(study: "tags", reports: scratch.path, records: store.folder)
    #expect(try folder.chosen(requests).map(\.identity) == requests[..<2].map(\.identity), "nothing is known")
    for request in requests[..<3] { #expect(try CellRun(request, none).run(into: store, keep: .best) == nil) }
    try store.keepChosenModels(requests)
    #expect(try models().count == 2)
    #expect(try CellRun(requests[3], none).run(into: store, keep: .best) == nil)
    #expect(try models().count == 2)
    try store.keepChosenModels(requests)
    let records = try requests.map { try store.read($0.identity) }
    let chosen = Selection(records).chosen
    #expect(chosen.name == "learning_rate=0.02")
    let kept = try #require(try models().first)
    #expect(try models().count == 1 && chosen.records.contains { "\($0.identity).safetensors" == kept })
    #expect(store.lackingModels(records, .best) == 0)
    // One who is killed between its record and its choice leaves a model that no run looks at again.
    let both = chosen.records.map { store.modelPath(of: $0.identity) }
    for path in both where !Files.exists(path) { try Files.write(Files.read("\(store.folder)/\(kept)"), to: path) }
    try store.keepChosenModels(requests)
    #expect(try models() == [kept])
    let shown = try folder.chosen(requests)
    #expect(shown.map(\.identity) == requests[2...].map(\.identity) && shown.allSatisfy { $0.cell.cell.title == "gru" })
  }

  /// A record says which candidate it is; where there is one it says nothing, and identities know nothing of it.
  @Test func recordsSayWhichCandidateTheyAre() throws {
    let many = try StudyText.study("tasks: [copying]\nbackends: [{backend: gru, layers: [1, 2]}]\nseeds: 1")
    let one = try StudyText.study("tasks: [copying]\nbackends: [{backend: gru, layers: 2}]\nseeds: 1")
    let none = DataLocation(roots: [])
    let (requests, alone) = (try many.requests(none), try one.requests(none)[0])
    #expect(requests[1].identity == alone.identity)
    let json = String(decoding: try requests[1].json(), as: UTF8.self)
    #expect(json.contains("\"candidate\":\"layers=2\"") || json.contains("\"candidate\": \"layers=2\""), "\(json)")
    #expect(!String(decoding: try alone.json(), as: UTF8.self).contains("candidate"))
    #expect(try RunRequest(json: requests[1].json(), file: "cell.json").cell.cell == requests[1].cell.cell)
  }

  @Test func aCandidateIsTrainedByItsName() throws {
    let study = try StudyText.study("tasks: [copying]\nbackends: [{backend: gru, layers: [1, 2]}]\nseeds: 1")
    let none = DataLocation(roots: [])
    #expect(try study.request(task: nil, backend: "gru layers=2", seed: nil, none).cell.cell.candidate == "layers=2")
    #expect(
      throws: InputError("there are 2 backends; say which with --backend: gru layers=1, gru layers=2")
    ) { try study.request(task: nil, backend: nil, seed: nil, none) }
  }
}
