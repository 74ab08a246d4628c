import TestSupport
import Testing
import UnrollCore
import UnrollData
import UnrollTraining

@testable import UnrollStudy

/// Models that runs leave beside their records.
@Suite struct KeptModelTests {
  private let text =
    StudyText.data + "backends: [gru, rnn]\nseeds: 3\nwidth: 6\ntraining: {epochs: 2}\nmodel: {embedding: 5}\n"
  private let none = DataLocation(roots: [])

  private func inFolder(_ body: (String, RecordStore) throws -> Void) throws {
    let scratch = Scratch()
    try scratch.write("tags.txt", StudyText.tags(60))
    try body(scratch.path, RecordStore(folder: "\(scratch.path)/records"))
  }

  private func models(_ store: RecordStore) throws -> [String] {
    try Files.list(store.folder).filter { $0.hasSuffix(".safetensors") }
  }

  private func development(_ store: RecordStore, _ request: RunRequest) throws -> Double {
    try #require(store.read(request.identity).scores[.development]?["accuracy"])
  }

  @Test(arguments: [true, false]) func theBestOfEveryTaskAndBackendStays(isForward: Bool) throws {
    try inFolder { folder, store in
      let requests = try StudyText.study(text, in: folder).requests(none)
      for request in isForward ? requests : requests.reversed() {
        #expect(try CellRun(request, none).run(into: store, keep: .best) == nil)
      }
      let groups = Dictionary(grouping: requests, by: \.cell.cell.backend)
      let best = try groups.values.map { runs in
        let scores = try runs.map { try development(store, $0) }
        return runs[scores.firstIndex(of: scores.max()!)!].identity
      }
      #expect(try models(store) == best.map { "\($0).safetensors" }.sorted())
      for identity in best {
        let (model, record) = (try ModelFile(contentsOf: store.modelPath(of: identity)), try store.read(identity))
        #expect(
          model.scores == record.scores && model.metrics == record.metrics && model.origin.digest == record.data.digest)
        #expect(
          model.settings["training"] == record.settings["training"] && model.settings["seed"] == record.settings["seed"]
        )
        #expect(model.parameterCount == record.cost.parameters)
        #expect(try model.evaluate(none).scores == record.scores[.test], "the same scores from the file alone")
      }
    }
  }

  /// The digest of a record takes that of the vectors; the model's is that of the data alone, and it needs the file no more.
  @Test(arguments: [true, false]) func vectorsComeBack(trained: Bool) throws {
    try inFolder { folder, store in
      try Files.write((0..<6).map { "w\($0) \($0) 0.5 -\($0)\n" }.joined(), to: "\(folder)/v.txt")
      let model = "{inputs: [words, {input: vectors, file: v.txt, trained: \(trained)}], embedding: 5}"
      let study = StudyText.data + "backends: [gru]\nseeds: 1\nwidth: 6\ntraining: {epochs: 2}\nmodel: \(model)\n"
      let request = try StudyText.study(study, in: folder).requests(none)[0]
      #expect(try CellRun(request, none).run(into: store, keep: .all) == nil)
      try Files.remove("\(folder)/v.txt")
      let record = try store.read(request.identity)
      let kept = try ModelFile(contentsOf: store.modelPath(of: request.identity))
      #expect(kept.origin.digest != record.data.digest)
      #expect(kept.scores == record.scores && kept.data.vectors?.words.count == 6)
      #expect(kept.tensors["vectors.weight"]?.shape == [7, 3])
      #expect(try kept.evaluate(none).scores == record.scores[.test])
    }
  }

  @Test func allOrNone() throws {
    try inFolder { folder, store in
      let requests = try StudyText.study(text, in: folder).requests(none)
      for request in requests[..<2] { _ = try CellRun(request, none).run(into: store, keep: .all) }
      #expect(try models(store) == requests[..<2].map { "\($0.identity).safetensors" }.sorted())
      _ = try CellRun(requests[0], none).run(into: store, keep: .none)
      #expect(try models(store) == ["\(requests[1].identity).safetensors"])
    }
  }

  /// Whoever finds a record finds its model: a run that ends between the two leaves no record.
  @Test func theModelStandsBeforeTheRecord() throws {
    try inFolder { folder, store in
      let request = try StudyText.study(text, in: folder).requests(none)[0]
      let outcome = try CellRun(request, none).run()
      try Files.write("", to: "\(store.path(of: request.identity))/in-the-way")
      #expect(throws: InputError.self) { try store.write(outcome, keep: .all) }
      #expect(try models(store) == ["\(request.identity).safetensors"])
    }
  }

  @Test func scoresStayWhereTheModelCannotBeWritten() throws {
    try inFolder { folder, store in
      let request = try StudyText.study(text, in: folder).requests(none)[0]
      let path = store.modelPath(of: request.identity)
      try Files.makeFolder(path)
      var notes: [String] = []
      #expect(try CellRun(request, none).run(into: store, keep: .best, note: { notes.append($0) }) == nil)
      #expect(try store.read(request.identity).status == .finished)
      #expect(
        notes == ["\(path): is a folder, a file is needed; so the run leaves its scores without its model"])
    }
  }

  /// Of a run that is under way there is a model and no record yet; others leave it alone.
  @Test func runsUnderWayAreLeftAlone() throws {
    try inFolder { folder, store in
      let requests = try StudyText.study(text, in: folder).requests(none).filter { $0.cell.cell.backend == "gru" }
      let underWay = try CellRun(requests[2], none).run()
      try underWay.model?().write(to: store.modelPath(of: requests[2].identity))
      for request in requests[..<2] { _ = try CellRun(request, none).run(into: store, keep: .best) }
      #expect(try models(store).count == 2 && models(store).contains("\(requests[2].identity).safetensors"))
      try store.write(underWay, keep: .best)
      #expect(try models(store).count == 1)
      // Somebody who knew an older record of the best has taken its model away.
      let best = try #require(requests.first { Files.exists(store.modelPath(of: $0.identity)) })
      _ = try CellRun(best, none).run(into: store, keep: .best)
      #expect(try models(store) == ["\(best.identity).safetensors"])
    }
  }

  @Test func budgetsStandAsTheWidthThatWasSolved() throws {
    try inFolder { folder, _ in
      let study = try StudyText.study(
        StudyText.data + "backends: [gru]\nseeds: 1\nparameters: 500\ntraining: {epochs: 1}\nmodel: {embedding: 5}",
        in: folder)
      let outcome = try CellRun(try study.requests(none)[0], none).run()
      let model = try #require(outcome.model?())
      #expect(model.settings["backend"]?["width"] == .integer(outcome.record.cost.width))
      #expect(model.settings["backend"]?["parameters"] == nil)
      #expect(try model.network().parameters.count == outcome.record.cost.parameters)
    }
  }

  @Test func aStudySaysWhatIsKept() throws {
    let study = StudyText.data + "backends: [gru]\n"
    #expect(try StudyText.study(study).keep == .best)
    #expect(try StudyText.study(study + "keep: all").keep == .all)
    #expect(
      StudyText.complaint(study + "keep: bets")
        == "s.yaml:4: unknown value of keep \"bets\"; did you mean \"best\"? (known: best, all, none)")
  }
}
