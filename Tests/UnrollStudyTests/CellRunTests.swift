import TestSupport
import Testing
import UnrollCore
import UnrollData
import UnrollTraining

@testable import UnrollStudy

/// One cell in this process, from files to a record.
@Suite struct CellRunTests {
  @Test func aRecordHoldsWhatARunDid() throws {
    let record = try record("width: 6")
    #expect(record.status == .finished && record.failure == nil)
    #expect(record.cell == RunRecord.Cell(task: "tags", kind: "tagging", backend: "gru", seed: 3))
    #expect(record.curve.count == 2 && record.curve.map(\.epoch) == [1, 2])
    #expect(Set(record.scores.keys) == Set(Split.allCases))
    #expect(record.metrics.first?.name == "accuracy" && record.baselineScores["accuracy"]! > 0)
    #expect(record.settings["training"]?["batch"] == .integer(16))
    #expect(record.settings["training"]?["clip"]?.number == 1, "defaults stand in the record")
    #expect(record.data.unknownShares == [.train: 0, .development: 0, .test: 0])
    #expect(record.settings["model"]?["embedding_init"]?.number == 1 / 5.0.squareRoot())
    #expect(record.data.sizes.values.reduce(0, +) == 80 && record.data.classes == 3)
    // Embeddings 10 × 5; GRU 3·6·(5 + 6) + 2·18; output 3·6 + 3.
    #expect(record.cost.parameters == 50 + 198 + 36 + 21)
    #expect(record.groups.reduce(0) { $0 + $1.count } == record.cost.parameters)
    #expect(record.cost.stateFloats == 6 && record.cost.width == 6 && record.cost.parameterBudget == nil)
    #expect(record.cost.peakMemory > 0 && record.cost.trainingTokensPerSecond > 0)
    let step = try #require(record.cost.stepMicroseconds)
    #expect(step > 0 && step < 1e5)
    let items = try #require(record.items)
    #expect(items.count == record.data.sizes[.test])
    let (right, all) = (items.right!.reduce(0, +), items.weights.reduce(0, +))
    #expect(record.scores[.test]?["accuracy"] == Double(right) / Double(all))
    #expect(items.losses.allSatisfy { $0 > 0 })
    let calibration = try #require(record.calibration)
    #expect(calibration.count == all && calibration.accuracy == record.scores[.test]?["accuracy"])
    for breakdown in record.breakdowns ?? [] {
      #expect(breakdown.weights.reduce(0, +) == all && breakdown.sums.reduce(0, +) == Double(right))
    }
  }

  /// Two of three sentences keep to BIO, the others begin a span with I.
  @Test func aRecordSaysThatLabelsBreakTheirScheme() throws {
    let scratch = Scratch()
    let sentences = (0..<60).map { $0 % 3 < 2 ? "w\($0)\tB-X\na\tO\n" : "a\tO\nw\($0)\tI-X\n" }
    try scratch.write("tags.txt", sentences.joined(separator: "\n"))
    let study = StudyText.data + "backends: [rnn]\nseeds: 1\nwidth: 4\ntraining: {epochs: 1}\nmodel: {embedding: 5}\n"
    let location = DataLocation(roots: [])
    let request = try StudyText.study(study, in: scratch.path).requests(location)[0]
    #expect(
      try CellRun(request, location).run().record.data.remarks == [
        "Labels of training break their scheme (bio) in 1 way, which the head crf then allows."
      ])
  }

  @Test func budgetsAreMetFromTheNearestSide() throws {
    let record = try record("parameters: 500")
    #expect(record.cost.parameterBudget == 500)
    // Embeddings 10 × 5; GRU 3 w (5 + w) + 6 w; output 3 w + 3.
    let count = { (w: Int) in 50 + 3 * w * (5 + w) + 6 * w + 3 * w + 3 }
    #expect(record.cost.parameters == count(record.cost.width))
    let best = abs(count(record.cost.width) - 500)
    #expect(best <= abs(count(record.cost.width - 1) - 500) && best <= abs(count(record.cost.width + 1) - 500))
  }

  /// A GRU carries its width; multiply-adds are those of the record, nearest among the widths beside it.
  @Test func budgetsOfStateAndMultiplyAdds() throws {
    let state = try record("state_floats: 7").cost
    #expect(state.width == 7 && state.stateFloats == 7 && state.budget == Budget(.stateFloats, 7))
    #expect(state.parameterBudget == nil && state.stateBudget == 7)
    let budget = 420
    let cost = try record("multiply_adds: \(budget)").cost
    #expect(cost.budget == Budget(.multiplyAdds, budget))
    let others = try [-1, 1].map { try record("width: \(cost.width + $0)").cost.multiplyAddsPerToken }
    #expect(others.allSatisfy { abs(cost.multiplyAddsPerToken - budget) <= abs($0 - budget) }, "\(cost), \(others)")
  }

  /// Numbers are as wide as their file says. At that width `s4d` needs no map of them, and is smaller than a little narrower.
  @Test func budgetsBesideTheWidthOfTheInputs() throws {
    try ReportFiles.inFolder { folder in
      let names = (0..<24).map { "x\($0)" }.joined(separator: ",")
      let rows = (0..<180).map { row in
        "\(row / 3)," + (0..<24).map { "\((row * row + $0) % 101)" }.joined(separator: ",")
      }
      try Files.write("s,\(names)\n" + rows.joined(separator: "\n"), to: "\(folder)/n.csv")
      func cost(_ size: String) throws -> RunRecord.Cost {
        let data = "{format: series, train: n.csv, sequence_column: s, ahead: 1}"
        let text = "tasks: [{data: \(data)}]\nbackends: [s4d]\ntraining: {epochs: 1}\nseeds: 1\n\(size)"
        let location = DataLocation(roots: [])
        let request = try StudyText.study(text, in: folder).requests(location)[0]
        return try CellRun(request, location).run().record.cost
      }
      let (narrower, equal) = (try cost("width: 23").parameters, try cost("width: 24").parameters)
      #expect(equal < narrower)
      #expect(try cost("parameters: \(narrower)").width == 23)
      #expect(try cost("parameters: \(equal)").width == 24)
    }
  }

  @Test func impossibleBudgetsLeaveAFailedRecord() throws {
    let record = try record("parameters: 40")
    #expect(record.status == .failed && record.scores.isEmpty)
    #expect(record.failure?.message.hasPrefix("a budget of 40 parameters cannot be reached: with width 1") == true)
  }

  /// Asked for a run that it is not, a cell fails; scores of an earlier run stay, an earlier failure is replaced.
  @Test(arguments: [RunRecord.Status.finished, .diverged, .failed])
  func failuresReplaceNoScores(status: RunRecord.Status) throws {
    try ReportFiles.inFolder { folder in
      try Files.write(StudyText.tags(80), to: "\(folder)/tags.txt")
      let text = StudyText.data + "backends: [gru]\nseeds: [3]\nwidth: 6"
      let cell = try StudyText.study(text, in: folder).cells()[0]
      let store = RecordStore(folder: "\(folder)/records")
      let request = RunRequest(cell, identity: "another")
      try store.write(RunRecord.empty(request, status, jobs: nil))
      let problem = try CellRun(request, DataLocation(roots: [])).run(into: store)
      #expect(problem != nil)
      #expect(try store.read("another").status == status)
      #expect(try (store.read("another").failure == nil) == (status != .failed))
    }
  }

  @Test func divergedRunsKeepWhatTheyHave() throws {
    let settings = "{optimiser: sgd, learning_rate: 1000, clip: 0, batch: 4, epochs: 20}"
    let record = try record("width: 6", backend: "ssm", training: settings)
    #expect(record.status == .diverged)
    #expect(record.failure?.step != nil && record.failure?.tensor?.isEmpty == false)
    #expect(record.scores[.test] == nil)
    #expect(record.cost.parameters > 0 && !record.groups.isEmpty)
  }

  /// One step after which every weight is a number.
  @Test func evaluationsThatAreNoNumbersSayWhere() throws {
    let settings = "{learning_rate: 1000, batch: 1000, epochs: 1}"
    let record = try record("width: 6", backend: "mamba", training: settings)
    #expect(record.status == .diverged && record.scores.isEmpty)
    #expect(record.failure?.split == .development && record.failure?.step == 1 && record.failure?.tensor == "loss")
    #expect(record.failure?.message == "training diverged at step 1: loss on the development split is not finite")
  }

  /// What selects must have cases where it selects; what it may be is said.
  @Test func selectionNeedsCasesOnDevelopment() throws {
    try ReportFiles.inFolder { folder in
      try Files.write(StudyText.tags(40), to: "\(folder)/tags.txt")
      try Files.write(StudyText.tags(40, words: 12), to: "\(folder)/test.txt")
      func record(_ metric: String) throws -> RunRecord {
        let text = """
          tasks: [{data: {format: columns, train: tags.txt, development: tags.txt, test: test.txt}}]
          backends: [gru]
          training: {epochs: 4, select: \(metric), patience: 2}
          seeds: 1
          width: 5
          """
        let (location, store) = (DataLocation(roots: []), RecordStore(folder: "\(folder)/records"))
        let request = try StudyText.study(text, in: folder).requests(location)[0]
        _ = try CellRun(request, location).run(into: store)
        return try store.read(request.identity)
      }
      let (lost, other) = (try record("unseen-accuracy"), try record("macro-f1"))
      #expect(lost.status == .failed && lost.scores.isEmpty)
      #expect(
        lost.failure?.message
          == "training selects by unseen-accuracy, and the development split has no case of it; set training.select to a metric that it has: accuracy, macro-f1, nats-per-step, sequence-accuracy"
      )
      #expect(other.status == .finished && other.scores[.test]?["unseen-accuracy"] != nil)
      #expect(other.metrics.map(\.name).first == "macro-f1", "what training selects by comes first")
      #expect(other.scores[.development]?["macro-f1"] == other.curve.compactMap { $0.development["macro-f1"] }.max())
    }
  }

  @Test func theSameCellGivesTheSameScores() throws {
    #expect(try record("width: 6").scores == record("width: 6").scores)
  }

  /// Runs the one cell of a study and reads what it left.
  private func record(_ size: String, backend: String = "gru", training: String = "{epochs: 2, batch: 16}") throws
    -> RunRecord
  {
    try ReportFiles.inFolder { folder in
      try Files.write(StudyText.tags(80), to: "\(folder)/tags.txt")
      let text =
        StudyText.data + "backends: [\(backend)]\nmodel: {embedding: 5}\ntraining: \(training)\nseeds: [3]\n" + size
      let location = DataLocation(roots: [])
      let request = try StudyText.study(text, in: folder).requests(location)[0]
      let store = RecordStore(folder: "\(folder)/records")
      var progress: [Double] = []
      let problem = try CellRun(request, location).run(into: store) { progress.append($0) }
      let record = try store.read(request.identity)
      #expect((problem == nil) == (record.status != .failed))
      #expect(record.identity == request.identity)
      #expect(record.status != .finished || progress == [0.5, 1])
      return record
    }
  }
}

/// Which records belong to a study as it stands.
@Suite struct RunFolderTests {
  @Test func staleRecordsStayOutOfTheReport() throws {
    try ReportFiles.inFolder { folder in
      let runs = RunFolder(study: "demo", reports: folder, records: nil)
      let records = Synthetic.two
      for record in records { try runs.store.write(record) }
      try runs.write(grid: [records[2].identity, "of a run that is missing", records[0].identity], notes: "")
      let current = try runs.current()
      #expect(current.records.map(\.identity) == [records[2].identity, records[0].identity])
      #expect(current.wanted == 3)
    }
  }

  @Test func noRecordsIsASentence() throws {
    try ReportFiles.inFolder { folder in
      let runs = RunFolder(study: "demo", reports: folder, records: nil)
      let error = #expect(throws: InputError.self) { try runs.current() }
      #expect(
        error?.description
          == "\(folder)/demo/records: there are no records of this study here; make them with `unroll run`")
    }
  }
}
