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
      #expect(text.contains("`b` has the best test accuracy, 93.0 ± 1.0 % (3 seeds)"))
      #expect(text.contains("Not compared, because runs are missing: `a`, 98.0 ± 1.4 % (2 of 3 seeds)."))
      #expect(text.contains("| **93.0 ± 1.0 (3)** |") && text.contains("98.0 ± 1.4 (2) |"))
      #expect(!text.contains("(2) †") && !text.contains("**98.0"))
    }
  }

  /// Seeds that scatter widely are close to everything by Welch's test.
  @Test func aBackendBelowTheBaselineIsNeverLikeTheBest() throws {
    let text = try ReportFiles.text(
      seeds("a", [110, 111, 112], .perplexity) + seeds("b", [120, 900, 1500], .perplexity))
    #expect(text.contains("| **111.0 ± 1.0 (3)** |"), "\(text)")
    #expect(text.contains("(3) ▽ |") && !text.contains("(3) †"))
    let two = ["x", "y"].flatMap { task in
      seeds("a", [110, 111, 112], .perplexity, task: task)
        + seeds("b", [120, 900, 1500], .perplexity, task: task)
    }
    #expect(try ReportFiles.text(two).contains("best or not distinguishable from the best: `a` on 2."))
  }

  @Test func whereAllBrokeThereIsNoBest() throws {
    var records = seeds("a", [0.5, 0.51]) + seeds("b", [0.92, 0.93])
    records[3] = Synthetic.lost(records[3], .failed, "no")
    let text = try ReportFiles.text(records)
    #expect(text.contains("**tags**: no backend is the best: each lost a run or is worse than the baseline."))
    #expect(!text.contains("| **") && !text.contains("against the best</summary>"))
  }

  /// Records of before hold such scores of runs that finished.
  @Test func scoresThatAreNoNumbersAreLostRuns() throws {
    var records = seeds("a", [0.99, .nan, 0.97]) + seeds("b", [0.92, 0.93, 0.94])
    records[5].scores[.test] = [:]
    let text = try ReportFiles.text(records)
    #expect(
      text.contains("2 runs of 6 left no scores: 0 failed, 0 diverged, 2 finished with scores that are no numbers."))
    #expect(text.contains("| no number |") && text.contains("no number stands for the test's accuracy"))
    #expect(text.contains("`a` lost 1 of 3 and `b` lost 1 of 3") && text.contains("| 2 of 3 |"))
  }

  @Test func withoutSpreadNothingIsTested() throws {
    let text = try ReportFiles.text(seeds("a", [0.9, 0.9, 0.9]) + seeds("b", [0.8, 0.8, 0.8]))
    #expect(text.contains("| **90.00 ± 0.00 (3)** |") && text.contains("80.00 ± 0.00 (3) ‡"))
    #expect(text.contains("no spread: not tested") && !text.contains("p < 0.001"))
    #expect(text.contains("`a` has the best test accuracy, 90.00 ± 0.00 % (3 seeds)."), "and no interval")
  }

  @Test func theSameScoreInEverySeedIsAsGood() throws {
    let text = try ReportFiles.text(
      seeds("a", [1, 1, 1]) + seeds("b", [1, 1, 1]) + seeds("c", [0.9, 0.9, 0.9]))
    #expect(text.split(separator: "\n").count { $0.contains("| **100.00 ± 0.00 (3)** |") } == 2)
    #expect(text.contains("The second, `b`, 100.00 ± 0.00 % (3 seeds), has the same score in every seed."))
    #expect(text.contains("Of those with the best mean, `a` is both the smallest"))
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
    #expect(!text.contains("best or not distinguishable from the best"), "each stands alone")
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
