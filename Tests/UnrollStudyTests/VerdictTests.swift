import Testing
import UnrollCore
import UnrollTraining

@testable import UnrollStudy

/// Which backends a report may call the best, or as good as the best.
@Suite struct VerdictTests {
  @Test func aBackendThatLostASeedIsNeverTheBest() throws {
    for status in [RunRecord.Status.diverged, .failed] {
      var records = seeds("a", [0.99, 0.98, 0.97]) + seeds("b", [0.92, 0.93, 0.94])
      records[1] = Synthetic.lost(records[1], status, "no")
      let text = try ReportFiles.text(records)
      #expect(text.contains("`b` reaches a test accuracy of 93.0 % (95 % interval 90.5 to 95.5)."))
      #expect(
        text.contains(
          "Not compared: `a` broke, 2 of 3 seeds work (95 %: 9 to 99 % of seeds). A seed works where it comes nearer to the best mean than to the baseline."
        ))
      #expect(text.contains("| 98.0 ± 1.4 (2 of 3) |") && !text.contains("**alone at") && !text.contains("**top group"))
    }
  }

  @Test func aBackendWithASeedBelowTheBaselineIsNeverLikeTheBest() throws {
    let wild = seeds("a", [110, 111, 112], .perplexity) + seeds("b", [120, 500, 1500], .perplexity)
    let text = try ReportFiles.text(wild)
    #expect(text.contains("`a` reaches a test perplexity of 111.0") && text.contains("(3) ▽ |"), "\(text)")
    #expect(text.contains("| below the baseline, 1 of 3 seeds work (95 %: 1 to 91 % of seeds) |"))
    let two = ["x", "y"].flatMap { task in
      seeds("a", [110, 111, 112, 113, 114], .perplexity, task: task)
        + seeds("c", [150, 151, 152, 153, 154], .perplexity, task: task)
        + seeds("b", [120, 900, 1500], .perplexity, task: task)
    }
    #expect(try ReportFiles.text(two).contains("In the top group, of 2 tasks: `a` on 2."))
  }

  /// The baseline of 0.6 on 1,600 targets may itself be off by √(0.24 / 1600) = 1.2 points.
  @Test func aSeedAtTheBaselineHasNotBroken() throws {
    var records = seeds("a", [0.9, 0.91, 0.92, 0.93, 0.94]) + seeds("b", [0.59, 0.6, 0.61, 0.6, 0.6])
    #expect(try ReportFiles.text(records).contains("| below the baseline, 0 of 5 seeds work"))
    for index in records.indices {
      var items = ItemScores(count: 1600)
      for item in 0..<1600 { items.add(to: item, isRight: item % 2 == 0, loss: 1) }
      records[index].items = items
    }
    #expect(try ReportFiles.text(records).contains("| worse by"))
  }

  /// The same six seeds scatter by 0.1 points and by 10.
  @Test func aBackendThatScattersIsUnstable() throws {
    let near = [0.900, 0.901, 0.902]
    let text = try ReportFiles.text(
      seeds("a", near) + seeds("b", near.map { $0 - 0.05 }) + seeds("c", near) + seeds("d", near)
        + seeds("e", [0.99, 0.79, 0.62]))
    #expect(
      text.contains("`e` is unstable (sd 18.52 beside 0.10), 2 of 3 seeds work (95 %: 9 to 99 % of seeds)"), "\(text)")
    #expect(text.contains("| unstable (sd 18.52 beside 0.10)"))
    #expect(text.contains("the top group of 3 in test accuracy") && text.contains("Worse than `a`: `b` by"))
  }

  /// Four items that the better model gets right and the other does not decide less than 400.
  @Test func verdictsSpeakOfOtherItemsToo() throws {
    func report(_ count: Int) throws -> String {
      let records = seeds("a", [0.9, 0.901, 0.902, 0.901, 0.901]) + seeds("b", [0.88, 0.881, 0.882, 0.881, 0.881])
      return try ReportFiles.text(
        records.map { record in
          var (record, items) = (record, ItemScores(count: count))
          // a: nine of ten right, b: the others too, but for eleven of a hundred.
          for item in 0..<count {
            let isRight = record.cell.backend == "a" ? item % 10 > 0 : item % 100 >= 12
            items.add(to: item, isRight: isRight, loss: 1)
          }
          record.items = items
          return record
        })
    }
    let few = try report(200), many = try report(20_000)
    #expect(few.contains("other seeds and other test items") && few.contains("top group of 2"), "\(few)")
    #expect(many.contains("Worse than `a`: `b`"), "\(many)")
  }

  /// A family is one task; a backend that is on top at one of its lengths alone is not on top of it.
  @Test func aFamilyCountsOnce() throws {
    let low = [0.8, 0.81, 0.82, 0.83, 0.84], high = low.map { $0 + 0.1 }
    func task(_ name: String, _ length: Int?, _ a: [Double], _ b: [Double]) -> [RunRecord] {
      (seeds("a", a, task: name) + seeds("b", b, task: name)).map { record in
        var record = record
        guard case .table(var settings) = record.settings else { return record }
        settings["data"] = .table(["name": .string(length == nil ? "other" : "copy"), "length": .integer(length ?? 7)])
        record.settings = .table(settings)
        return record
      }
    }
    let records =
      task("copy length=1", 1, high, low) + task("copy length=2", 2, high, high) + task("other", nil, high, low)
    #expect(
      try ReportFiles.text(records).contains(
        "In the top group, of 2 tasks (a task at several values of an option counts once, where it holds at all of them): `a` on 2."
      ))
  }

  /// Which runs a speed may be held against.
  @Test func theQuickestIsNamedWhereTimesCompare() throws {
    let scores = [0.91, 0.92, 0.93, 0.94, 0.95]
    var records = seeds("a", scores.map { $0 - 0.005 }) + seeds("b", scores)
    #expect(try !ReportFiles.text(records).contains("quickest"), "how many went on at a time is not recorded")
    for index in records.indices { records[index].environment.jobs = 2 }
    #expect(try ReportFiles.text(records).contains("Of the top group `a` is both the smallest"))
    records[0].environment.cpu = "Other CPU"
    #expect(try ReportFiles.text(records).contains("Of the top group `a` is the smallest (9,700 parameters)."))
  }

  @Test func whereAllBrokeThereIsNoBest() throws {
    var records = seeds("a", [0.5, 0.51]) + seeds("b", [0.92, 0.93])
    records[3] = Synthetic.lost(records[3], .failed, "no")
    let text = try ReportFiles.text(records)
    #expect(
      text.contains(
        "**tags**: no backend is the best: each broke (lost a run, or has one below the baseline) or is unstable."))
    #expect(!text.contains("against the best</summary>"))
  }

  /// Records of before hold such scores of runs that finished.
  @Test func scoresThatAreNoNumbersAreLostRuns() throws {
    var records = seeds("a", [0.99, .nan, 0.97]) + seeds("b", [0.92, 0.93, 0.94])
    records[5].scores[.test] = [:]
    let text = try ReportFiles.text(records)
    #expect(
      text.contains("2 runs of 6 left no scores: 0 failed, 0 diverged, 2 finished with scores that are no numbers."))
    #expect(text.contains("| no number |") && text.contains("no number stands for the test's accuracy"))
    #expect(text.contains("`a` lost 1 of 3 and `b` lost 1 of 3") && text.contains("(2 of 3) |"))
  }

  @Test func withoutSpreadNothingIsJudged() throws {
    let same = [Double](repeating: 0.9, count: 5)
    let text = try ReportFiles.text(seeds("a", same) + seeds("b", same.map { $0 - 0.1 }))
    #expect(text.contains("Not judged, because no seed differs from another: `a` (90.00 %) and `b` (80.00 %)."))
    #expect(text.contains("`a` has the best mean test accuracy, 90.00 %."))
    #expect(text.contains("| not judged: no spread |") && !text.contains("worse by"))
    let equal = try ReportFiles.text(seeds("a", same) + seeds("b", same))
    #expect(equal.contains("the top group of 2 in test accuracy is `a` (90.00 %) and `b` (90.00 %)."))
  }

  /// With one known word, perplexity is 1.
  @Test func vocabulariesOfTwoSizesAreTwoTasks() throws {
    var records = seeds("all", [110, 111, 112], .perplexity) + seeds("one", [1, 1, 1], .perplexity)
    for index in records.indices {
      records[index].cell.kind = "language-modelling"
      records[index].data.classes = index < 3 ? 20 : 1
    }
    var early = Synthetic.lost(records[5], .failed, "no data")
    early.data.classes = 0
    records[5] = early
    let text = try ReportFiles.text(records)
    #expect(text.contains("### tags, a vocabulary of 1\n") && text.contains("### tags, a vocabulary of 20\n"))
    #expect(!text.contains("In the top group, of"), "each stands alone")
    #expect(text.contains("**Not one task:** the runs of tags have vocabularies"))
    #expect(text.contains("- **tags, a vocabulary of 20**: `all` reaches a test perplexity of 111.0"))
    #expect(text.contains("| tags, a vocabulary of 1  | `one`   |    3 | failed"), "\(text)")
    let figures = try Report.blocks(records, study: "demo").flatMap(\.figures).map(\.name)
    #expect(figures.contains("tags-a-vocabulary-of-1-curves") && figures.contains("tags-a-vocabulary-of-20-cost"))
    #expect(try !ReportFiles.text(Synthetic.two).contains("Not one task"))
  }

  @Test func whatRanBesideIsSaid() throws {
    func text(_ jobs: [Int?]) throws -> String {
      try ReportFiles.text(
        zip(Synthetic.two, jobs).map { record, jobs in
          var record = record
          (record.environment.jobs, record.environment.load) = (jobs, jobs.map { Double($0) + 0.5 })
          return record
        })
    }
    #expect(try text([2, 2, 2, 2, 2, 2]).contains("on Imaginary CPU. 2 runs at a time (load 2.5 to 2.5)."))
    #expect(try text([1, 1, 1, 2, 2, 2]).contains("**1 and 2 runs at a time (load 1.5 to 2.5): speeds do not compare"))
    #expect(try text([1, 1, 1, nil, 2, 2]).contains("How many runs went on at a time is not recorded."))
  }

  @Test func twoBuildsAreNotOneProgram() throws {
    var records = Synthetic.two
    for index in records.indices { records[index].environment.build = index < 2 ? "aaaaaaaa01" : "bbbbbbbb02" }
    let text = try ReportFiles.text(records)
    #expect(
      text.contains(
        "different states of the program: `1.0 (0123456789abcdef, build bbbbbbbb)` and `1.0 (0123456789abcdef, build aaaaaaaa)`"
      ))
    for index in records.indices { records[index].environment.build = "aaaaaaaa01" }
    #expect(try !ReportFiles.text(records).contains("different states"))
  }
}
