import TestSupport
import Testing
import UnrollCore
import UnrollData
import UnrollTraining

@testable import UnrollStudy

/// Studies whose data have folds: a fold takes the place of a seed.
@Suite struct FoldTests {
  private let none = DataLocation(roots: [])
  private let text = """
    tasks: [{data: {format: columns, train: tags.txt, folds: 3}}]
    backends: [gru, rnn]
    training: {epochs: 1}
    width: 6
    """

  private func inFolder(_ body: (String, RecordStore) throws -> Void) throws {
    let scratch = Scratch()
    defer { withExtendedLifetime(scratch) {} }
    try scratch.write("tags.txt", StudyText.tags(60))
    try body(scratch.path, RecordStore(folder: "\(scratch.path)/records"))
  }

  @Test func aRunAFold() throws {
    #expect(
      try StudyText.labels(text) == ["gru", "rnn"].flatMap { name in (1...3).map { "tags / \(name) / fold \($0)" } })
    let cells = try StudyText.study(text).cells()
    #expect(cells.map(\.cell.seed) == [1, 2, 3, 1, 2, 3])
    #expect(cells.map { $0.resolved["data"]?["fold"] } == (cells.map { .integer($0.cell.seed) } as [Value?]))
    // Beside a task without folds, which has the seeds.
    let two = text.replacing(
      "tasks: [", with: "seeds: [7, 9]\ntasks: [{data: {format: columns, train: tags.txt}, name: plain}, ")
    #expect(
      try StudyText.study(two).cells().filter { $0.cell.backend == "rnn" }.map(\.label) == [
        "plain / rnn / seed 7", "plain / rnn / seed 9", "tags / rnn / fold 1", "tags / rnn / fold 2",
        "tags / rnn / fold 3",
      ])
    // A single fold is data like any other.
    let one = text.replacing("folds: 3", with: "folds: 3, fold: 2") + "\nseeds: 2"
    #expect(try StudyText.labels(one).suffix(2) == ["tags / rnn / seed 1", "tags / rnn / seed 2"])
    // Equal backends have seeds of their own, and the same folds.
    let copies = try StudyText.study(text.replacing("[gru, rnn]", with: "[{backend: rnn, repeat: 2}]")).cells()
    #expect(copies.map(\.cell.seed) == [1, 2, 3, 4, 5, 6] && copies.map(\.fold) == [1, 2, 3, 1, 2, 3])
  }

  @Test(
    arguments: [
      ("width: 6", "width: 6\nseeds: 3", "s.yaml:5: seeds has no effect here: the data of every task have folds, each"),
      ("folds: 3", "folds: 3, test: b.txt", "s.yaml:1: data: test and folds exclude each other, since every fold is"),
      ("folds: 3", "folds: 3, fold: 4", "s.yaml:1: data: fold must be one of the 3 folds, from 1, not 4"),
    ])
  func complaints(old: String, new: String, sentence: String) {
    let complaint = StudyText.complaint(text.replacing(old, with: new))
    #expect(complaint.hasPrefix(sentence), "\(complaint)")
  }

  /// Folds are different runs of the same data, and no fold is a run of data without folds.
  @Test func identities() throws {
    try inFolder { folder, _ in
      let requests = try StudyText.study(text, in: folder).requests(none)
      let plain = try StudyText.study(text.replacing(", folds: 3", with: "") + "\nseeds: 3", in: folder).requests(none)
      #expect(Set((requests + plain).map(\.identity)).count == 12)
      for request in requests {
        let again = try RunRequest(json: try request.json(), file: "cell.json")
        #expect(again.identity == request.identity && again.cell.resolved == request.cell.resolved)
      }
      let other = try StudyText.study(text.replacing("folds: 3", with: "folds: 3, split_seed: 1"), in: folder)
      #expect(try Set((requests + other.requests(none)).map(\.identity)).count == 12)
    }
  }

  /// `--seed` is the number of a fold there.
  @Test func oneRun() throws {
    try inFolder { folder, _ in
      let study = try StudyText.study(text, in: folder)
      #expect(try study.request(task: nil, backend: "rnn", seed: nil, none).cell.fold == 1)
      #expect(try study.request(task: nil, backend: "rnn", seed: 3, none).cell.fold == 3)
      #expect(throws: InputError("the data of tags have folds: the seed is the number of one, 1…3")) {
        try study.request(task: nil, backend: "rnn", seed: 4, none)
      }
    }
  }

  /// From the study to its report: all items are tested, one model is kept, predictions stand beside the texts of their own fold, and what is
  /// there is not made again.
  @Test func aStudyOfFolds() throws {
    try inFolder { folder, store in
      let requests = try StudyText.study(text, in: folder).requests(none)
      for request in requests { #expect(try CellRun(request, none).run(into: store, keep: .best) == nil) }
      let records = try requests.map { try store.read($0.identity) }
      #expect(Set(records.map(\.data.digest)).count == 1)
      let items = try records.prefix(3).map { try #require($0.items).count }
      #expect(items.reduce(0, +) == 60 && records.prefix(3).map { $0.data.sizes[.test] } == items)
      #expect(try Files.list(store.folder).count { $0.hasSuffix(".safetensors") } == 2)

      let queue = try RunQueue(requests, store, again: false)
      #expect(queue.count == 0 && queue.kept.map(\.fold) == [1, 1, 2, 2, 3, 3])

      let table = try PredictionTable(requests, store, none)
      #expect(table.kept == 6 && table.missing == 0 && table.broken.isEmpty && table.tasks.map(\.fold) == [1, 2, 3])
      let rows = String(decoding: table.csv, as: UTF8.self).split(whereSeparator: \.isNewline)
      #expect(rows.count == 61 && rows[1].hasPrefix("tags,1,1,") && rows[60].hasPrefix("tags,3,\(items[2]),"))
      #expect(table.differences(right: "gru", wrong: "rnn", limit: 1).contains("tags, fold 2: gru right and rnn wrong"))

      let report = try Report.blocks(records, study: "s").map { $0.markdown { $0.name } }.joined(separator: "\n")
      #expect(report.contains("6 runs, 1 task, 2 backends and 3 folds"))
      #expect(report.contains("beside `"), "items of all folds are held against each other")
    }
  }

  /// Scores of ten folds, easy and hard ones: sd of a mean 0.1, of what is left beside another model 0.01.
  private func records(_ backend: String, _ scores: [Double], candidate: String? = nil) -> [RunRecord] {
    zip(1..., scores).map { fold, score in
      var record = Synthetic.record(backend, seed: fold, score: score)
      guard case .table(var settings) = record.settings else { return record }
      settings["data"] = .table(["folds": .integer(scores.count), "fold": .integer(fold)])
      (record.settings, record.cell.candidate) = (.table(settings), candidate)
      record.identity = Digest.hex(Array("\(record.identity) \(candidate ?? "")".utf8))
      record.baselineScores["accuracy"] = 0.5 + 0.01 * Double(fold)
      record.scores[.development] = ["accuracy": score]
      return record
    }
  }

  private let hard = [0.70, 0.72, 0.74, 0.76, 0.78, 0.80, 0.82, 0.84, 0.86, 0.88]

  /// The deviation of ten scores ±0.005 is 0.00527, so of the two-way layout s = 0.00527/√2 = 0.003727 with 9 degrees of freedom; the error of the gap
  /// 0.01 is s √(2 (1/10 + 1/9)) = 0.00242, and t₀.₉₇₅ with 9 degrees 2.262: 0.5 to 1.5 points. By the scatter of the means themselves nothing would
  /// be told.
  @Test func verdictsFoldByFold() throws {
    let other = zip(0..., hard).map { $1 - 0.01 + ($0 % 2 == 0 ? 0.005 : -0.005) }
    let text = try ReportFiles.text(records("a", hard) + records("b", other))
    #expect(text.contains("2 backends and 10 folds") && text.contains("| worse by 0.5 to 1.5 "), "\(text)")
    // sd 0.0606, times √(1/10 + 1/9) and 2.262: 6.3 points.
    #expect(text.contains("`a` is alone at the top, with a test accuracy of 79.0 % (95 % interval 72.7 to 85.3)."))
    #expect(text.contains("**Cross-validation:** 10 folds in the place of seeds."))
    #expect(text.contains("as 4.7 independent"))
    #expect(text.contains("For other texts to train on and to test; 9 pooled degrees of freedom of 2 backends."))
    #expect(text.contains("| backend | folds |") && text.contains("| fold | status"))
    #expect(text.contains("for other texts to train on and to test, as far as folds tell.*"))
    #expect(text.contains("55.5 ± 3.0 (10)"), "the baseline has a score of every fold")
    #expect(!text.contains("development items of one fold"))
    let seeds = try ReportFiles.text(seeds("a", hard) + seeds("b", other))
    #expect(!seeds.contains("fold") && seeds.contains("2 backends and 10 seeds") && !seeds.contains("worse by"))
  }

  @Test func wordsOfFolds() throws {
    let near = zip(0..., hard).map { $1 - 0.005 + ($0 % 2 == 0 ? 0.01 : -0.01) }
    // Two means a point apart, with an error of 0.48 and 9 degrees of freedom: Dunnett's bound is 1.83 of it, Tukey's 2.26.
    let undecided = try ReportFiles.text(records("a", hard) + records("b", near.map { $0 - 0.005 }))
    #expect(undecided.contains("only more data would tell") && undecided.contains("| undecided (more data) |"))
    let few = try ReportFiles.text(records("a", [0.8, 0.9]) + records("b", [0.7, 0.9]))
    #expect(few.contains("not judged: too few folds"))
    #expect(few.contains("the folds of 2 backends give 1 degree of freedom"))
    let broken = try ReportFiles.text(
      records("a", hard) + records("b", [0.4] + hard.dropFirst()) + records("c", hard.map { $0 - 0.001 }))
    #expect(broken.contains("9 of 10 folds work") && broken.contains("A fold works where"))
    let chosen = try ReportFiles.text(
      records("a", hard, candidate: "x=1") + records("a", hard.map { $0 - 0.1 }, candidate: "x=2") + records("b", hard))
    #expect(chosen.contains("development items of one fold are test items of another."))
    let both = try ReportFiles.text(records("a", hard) + records("b", near) + seeds("a", hard, task: "plain"))
    #expect(both.contains("2 tasks, 2 backends, 10 seeds and 10 folds") && both.contains("| seed or fold |"))
    #expect(both.contains("of tags for other texts to train on and to test, as far as folds tell.*"))
  }

  @Test func lastRowIsOfFolds() throws {
    let runs = StudyRuns(records: records("a", hard) + records("b", hard.map { $0 - 0.01 }), wanted: 20, notes: "")
    let table = try NullTable(runs, study: "demo", models: nil, seeds: nil, tables: 100, seed: 1)
    #expect(table.rows[0].rates?.models == 2 && table.rows[0].rates?.seeds == 10)
  }
}
