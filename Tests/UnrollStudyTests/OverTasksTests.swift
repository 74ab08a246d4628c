import Testing
import UnrollCore
import UnrollSystem

@testable import UnrollStudy

/// What all tasks say together.
@Suite struct OverTasksTests {
  /// Standard deviation 0.0158; of two models with five seeds each Tukey's bound is 0.0231.
  private let scores = [0.90, 0.91, 0.92, 0.93, 0.94]

  /// On each task `b` is so much better than `a`.
  private func study(_ gaps: [Double], names: (String, String) = ("a", "b")) -> [RunRecord] {
    zip(1..., gaps).flatMap { task, gap in
      seeds(names.0, scores, task: "task \(task)") + seeds(names.1, scores.map { $0 + gap }, task: "task \(task)")
    }
  }

  private func over(_ records: [RunRecord]) throws -> OverTasks? {
    OverTasks(try StudyResults(records, study: "demo"))
  }

  /// A report with single spaces.
  private func lines(_ records: [RunRecord]) throws -> String {
    try ReportFiles.text(records).split(separator: " ").joined(separator: " ")
  }

  @Test func winsTiesAndLosses() throws {
    let records = study([-0.05, -0.012, 0.05])
    let all = try #require(try over(records))
    #expect(all.tally("a", "b") == OverTasks.Tally(wins: 1, ties: 1, losses: 1))
    #expect(all.tally("b") == OverTasks.Tally(wins: 1, ties: 1, losses: 1))
    let text = try lines(records)
    #expect(text.contains("3 independent tasks. One backend wins") && text.contains("Fewer than 6 tasks are too few"))
    #expect(text.contains("| `a` | 1 | 1 | 1 | 0 | leader |"), "\(text)")
  }

  /// Baseline 0.6, best means 0.92, 0.92 and 0.97. Of 15 seeds the middle nine: means 0.961618 and 0.943074. A seed of `b` beats one of `a` in 0, 6
  /// and 25 of 25 pairs.
  @Test func oneScale() throws {
    let records = study([-0.05, -0.012, 0.05])
    let all = try #require(try over(records))
    #expect(all.scaled.map(\.backend) == ["a", "b"])
    for (ours, hand) in zip(all.scaled.map(\.interquartileMean), [0.961618, 0.943074]) {
      #expect(abs(ours - hand) < 1e-6)
    }
    let byHand = [0.32, 0.32, 0.37].map { unit in scores.map { ($0 - 0.6) / unit } }
    for (ours, hand) in zip(all.scaled[0].scores.joined(), byHand.joined()) { #expect(abs(ours - hand) < 1e-9) }
    let text = try lines(records)
    #expect(text.contains("| `a` | 0.962 |") && text.contains("| `b` | 0.943 |"), "\(text)")
    #expect(text.contains("| 0.41 |") && text.contains("Interquartile means over all tasks"))
    #expect(try lines(records.reversed()) == text)
  }

  /// Fewer than five seeds have no interval.
  @Test func fewSeedsHaveNoInterval() throws {
    let text = try ReportFiles.text(study([0.2, 0.2]).filter { $0.cell.seed < 5 })
    #expect(text.contains("## Over tasks") && !text.contains("bootstraps"))
  }

  /// Six tasks on which one is better: 2 of 64 signs; of three pairs Holm's correction has three times as much.
  @Test func signedRanksFromSixTasks() throws {
    let two = study([0.01, 0.02, 0.03, 0.04, 0.05, 0.055])
    #expect(try over(two)?.significance == ["a": 2.0 / 64])
    #expect(try ReportFiles.text(two).contains("| 0.031 |"))
    let third = study([-0.01, -0.02, -0.03, -0.04, -0.05, -0.055], names: ("a", "c")).filter { $0.cell.backend == "c" }
    #expect(try over(two + third)?.significance == ["a": 6.0 / 64, "c": 6.0 / 64])
    #expect(try over(two.filter { $0.cell.task != "task 1" })?.significance == nil)
  }

  /// `a` wins at two lengths of three, so the family is won, once.
  @Test func familiesCountOnce() throws {
    let family = zip([10, 20, 80], [-0.05, 0.05, -0.05]).flatMap { length, gap in
      study([gap]).map { record in
        var record = record
        record.cell.task = "copying length=\(length)"
        record.identity += "\(length)"
        guard case .table(var settings) = record.settings else { return record }
        settings["data"] = .table(["name": .string("copying"), "length": .integer(length)])
        record.settings = .table(settings)
        return record
      }
    }
    let all = try #require(try over(family + study([0.05])))
    #expect(all.tasks.map(\.count) == [3, 1])
    #expect(all.tally("a", "b") == OverTasks.Tally(wins: 1, losses: 1))
    #expect(all.scaled[0].scores.map(\.count) == [5, 5])
    #expect(
      try ReportFiles.text(family + study([0.05])).contains(
        "2 independent tasks. Tasks that differ in numbers of their data alone count once: copying length=10,"))
    #expect(try over(family) == nil)
  }

  @Test func whatIsMissingIsSaid() throws {
    var records = study([0.05, 0.05]) + seeds("c", scores, task: "task 1") + seeds("c", scores, task: "task 2")
    records[records.count - 1] = Synthetic.lost(records[records.count - 1], .failed, "no")
    records += seeds("d", scores, task: "task 2")
    let all = try #require(try over(records))
    #expect(all.backends == ["a", "b", "c"] && all.left == ["d"] && all.scaled.map(\.backend) == ["b", "a"])
    #expect(all.tally("a", "c") == OverTasks.Tally(ties: 1, unjudged: 1), "what broke is not compared")
    let text = try ReportFiles.text(records)
    #expect(text.contains("Left out, without scores on some task: `d`."))
    #expect(text.contains("Left out, with a lost run or fewer than 5 seeds on some task: `c`."))
    #expect(try over(study([0.05])) == nil)
  }

  @Test(.enabled(if: Gnuplot.find(in: ProcessVariables.path) != nil)) func theFigureIsDrawn() throws {
    let files = try ReportFiles.write(study([0.05, 0.02]), gnuplot: Gnuplot.find(in: ProcessVariables.path))
    #expect(files["demo/over-tasks.svg"]?.contains("interquartile mean of (score") == true)
    #expect(!files["demo.md"]!.contains("Figure missing"))
  }
}
