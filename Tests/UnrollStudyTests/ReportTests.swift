import Testing
import UnrollCore
import UnrollSystem
import UnrollTraining

@testable import UnrollStudy

/// The words and numbers of a report, and that nothing but the records decides them.
@Suite struct ReportTests {
  @Test func orderOfRecordsDoesNotMatter() throws {
    let gnuplot = Gnuplot.find(in: ProcessVariables.path)
    var random = RandomSource(seed: 1)
    let records = Synthetic.two + Synthetic.two.map { copy($0, task: "other") }
    let first = try ReportFiles.write(records, gnuplot: gnuplot)
    for _ in 0..<3 {
      #expect(try ReportFiles.write(records.shuffled(using: &random), gnuplot: gnuplot) == first)
    }
    #expect(try ReportFiles.write(records + records, gnuplot: gnuplot) == first, "copies of a record count once")
  }

  /// lstm: 0.942 ± 0.001; gru: 0.932 ± 0.002; t = −0.01/√(5·10⁻⁶/3) = −7.75 at 2.94 degrees of freedom.
  @Test func scoresAndBest() throws {
    let text = try ReportFiles.text(Synthetic.two)
    #expect(text.contains("| **94.20 ± 0.10 (3)** |"))
    #expect(text.contains("|     93.20 ± 0.20 (3) |"))
    #expect(text.contains("accuracy (%) ↑"))
    #expect(
      text.contains(
        "`lstm` has the best test accuracy, 94.20 ± 0.10 % (3 seeds), 95 % interval of the mean 93.95 to 94.45."))
    #expect(text.contains("The second, `gru`, 93.20 ± 0.20 % (3 seeds), is distinguishably worse (p = 0.005)."))
    #expect(text.contains("*majority (baseline)*"))
    #expect(!text.contains("†\n") && !text.contains("(3) †"))
    #expect(!text.contains("▽ |"))
    #expect(text.contains("None: all 6 runs finished."))
  }

  /// Accuracies 0.91, 0.92, 0.93 against 0.92, 0.93, 0.94 are the hand-computed case of the statistics: p = 0.288.
  @Test func daggerMarksWhatIsNotDistinguishable() throws {
    let text = try ReportFiles.text(seeds("a", [0.91, 0.92, 0.93]) + seeds("b", [0.92, 0.93, 0.94]))
    #expect(text.contains("**93.0 ± 1.0 (3)**"))
    #expect(text.contains("92.0 ± 1.0 (3) †"))
    #expect(text.contains("`a`, 92.0 ± 1.0 % (3 seeds), is not distinguishable from it (p = 0.29)."))
  }

  /// b: 0.93 ± 0.01, so a at 0.923 is near enough, and it has fewer parameters and takes less time.
  @Test func theCheapestNearTheBest() throws {
    let text = try ReportFiles.text(seeds("a", [0.913, 0.923, 0.933]) + seeds("b", [0.92, 0.93, 0.94]))
    #expect(
      text.contains(
        "Within one standard deviation of the best mean, `a` is both the smallest (9,700 parameters) and the quickest "
          + "(24.92 ± 0.33 (3) s a run)."))
  }

  /// JSON knows one kind of number; a report from memory and one from files must agree all the same.
  @Test func recordsFromFilesGiveTheSameReport() throws {
    try ReportFiles.inFolder { folder in
      let store = RecordStore(folder: folder)
      for record in Synthetic.two { try store.write(record) }
      let read = try Synthetic.two.map { try store.read($0.identity) }
      #expect(try ReportFiles.text(read) == ReportFiles.text(Synthetic.two))
    }
  }

  @Test func lowerIsBetterForPerplexity() throws {
    let text = try ReportFiles.text(
      seeds("a", [120, 122], .perplexity) + seeds("b", [110, 111], .perplexity)
        + seeds("c", [700, 710], .perplexity))
    #expect(text.contains("perplexity ↓"))
    #expect(text.contains("`b` has the best test perplexity, 110.50 ± 0.71 (2 seeds)"))
    #expect(
      text.contains("`c` (705.00 ± 7.07 (2 seeds)) is worse than the unigram baseline (600.00; lower is better)."))
    #expect(text.contains("On perplexity, `c` is worse than the unigram baseline (600.00; lower is better)."))
    #expect(text.contains("705.00 ± 7.07 (2) ▽"))
  }

  @Test func unknownTokensAndShortColumnsAreSaid() throws {
    var record = Synthetic.record("a", seed: 1, score: 0.9)
    record.cell.kind = "language-modelling"
    record.data.unknownShares = [.train: 0, .development: 0.02, .test: 0.0312]
    (record.data.sizes[.train], record.settings) = (
      1000, .table(["training": .table(["batch": .integer(32), "chunk": .integer(64)])])
    )
    let text = try ReportFiles.text([record])
    #expect(text.contains("0.00 / 2.00 / 3.12"))
    #expect(text.contains("**3.1 % of the test tokens do not occur in training,**"))
    #expect(text.contains("a column of it has 31 tokens, less than `chunk`"))
    record.data.unknownShares?[.train] = 0.01
    record.settings = .table(["training": .table(["batch": .integer(8), "chunk": .integer(64)])])
    let other = try ReportFiles.text([record])
    #expect(!other.contains("do not occur in training") && !other.contains("less than `chunk`"))
    #expect(try ReportFiles.text(Synthetic.two).contains("| – "), "older records did not count them")
  }

  @Test func singleSeedsHaveNoSpread() throws {
    let text = try ReportFiles.text(seeds("a", [0.91]) + seeds("b", [0.92]))
    #expect(text.contains("**92.00 (n = 1)**"))
    #expect(text.contains("91.00 (n = 1) ‡"))
    #expect(text.contains("a single seed has no spread"))
    #expect(!text.contains("±0") && !text.contains("92.00 ±"))
  }

  @Test func unequalNumbersOfSeeds() throws {
    let text = try ReportFiles.text(seeds("a", [0.91, 0.92, 0.93, 0.94]) + seeds("b", [0.80, 0.81]))
    #expect(text.contains("92.50 ± 1.29 (4)"))
    #expect(text.contains("80.50 ± 0.71 (2)"))
  }

  @Test func lostRunsAreListed() throws {
    var records = Synthetic.two
    records[1] = Synthetic.lost(records[1], .diverged, "the loss was not finite: a | b")
    for index in 3...5 { records[index] = Synthetic.lost(records[index], .failed, "out of memory") }
    let text = try ReportFiles.text(records)
    #expect(text.contains("4 runs of 6 left no scores: 3 failed, 1 diverged."))
    #expect(text.contains("| diverged |   12 | `lstm.weight_hh_l0` | the loss was not finite: a \\| b |"))
    #expect(text.contains("`gru` lost 3 of 3 and `lstm` lost 1 of 3; means stand for those that did."))
    #expect(text.contains("94.25 ± 0.07 (2)"))
    #expect(text.contains("| 2 of 3 |"))
    #expect(text.contains("| 0 of 3 |"))
  }

  @Test func nothingFinished() throws {
    let text = try ReportFiles.text(Synthetic.two.map { Synthetic.lost($0, .failed, "no data") })
    #expect(text.contains("no run has a test score (6 runs, 0 finished), so there is no answer."))
    #expect(text.contains("No finished run has a learning curve."))
  }

  @Test func budgetsAreHeldAgainstWhatWasReached() throws {
    let records = Synthetic.two.map { record in
      var record = record
      record.cost.parameterBudget = 50_000
      record.cost.parameters = record.cell.backend == "lstm" ? 49_500 : 50_100
      return record
    }
    let text = try ReportFiles.text(records)
    #expect(text.contains("a budget of 50,000 parameters; reached: 49,500 (99.0 %) to 50,100 (100.2 %)."))
  }

  @Test func differentMachinesAreNamed() throws {
    var records = Synthetic.two
    #expect(try ReportFiles.text(records).contains("Speeds and times were measured on Imaginary CPU."))
    records[0].environment.cpu = "Other CPU"
    #expect(
      try ReportFiles.text(records).contains(
        "come from different machines:** Imaginary CPU (5 runs) and Other CPU (1 run)"))
  }

  @Test func wholeSequenceBackendsCarryNoState() throws {
    let records = Synthetic.two.map { record in
      var record = record
      if record.cell.backend == "gru" { record.cost.stateFloats = nil }
      return record
    }
    #expect(try ReportFiles.text(records).contains("| whole sequence |"))
  }

  @Test func rivalsForOneCellAreAnError() {
    var rival = Synthetic.two[0]
    rival.identity = "another"
    #expect(throws: InputError.self) { try ReportFiles.text(Synthetic.two + [rival]) }
    #expect(throws: InputError.self) { try ReportFiles.write(Synthetic.two, study: "unknown", gnuplot: nil) }
    #expect(throws: InputError.self) { try ReportFiles.write(Synthetic.two, study: "../demo", gnuplot: nil) }
  }

  private func copy(_ record: RunRecord, task: String) -> RunRecord {
    Synthetic.record(
      record.cell.backend, seed: record.cell.seed, score: record.scores[.test]!["accuracy"]!, task: task)
  }
}
