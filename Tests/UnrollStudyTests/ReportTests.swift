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

  /// Of three seeds each four degrees of freedom are left: numbers, and no word of judgement.
  @Test func threeSeedsOfTwoAreNumbersAlone() throws {
    let text = try ReportFiles.text(Synthetic.two)
    #expect(text.contains("| 94.20 ± 0.10 (3) |") && text.contains("| 93.20 ± 0.20 (3) |"))
    #expect(text.contains("accuracy (%) ↑"))
    #expect(text.contains("`lstm` has the best mean test accuracy, 94.20 % (95 % interval 93.95 to 94.45)."))
    #expect(
      text.contains(
        "Who is better is not said: the seeds of 2 backends give 4 degrees of freedom, and below 8 chance decides."))
    #expect(text.split(separator: "\n").count { $0.contains("| not judged: too few seeds |") } == 2)
    #expect(text.contains("*majority (baseline)*") && !text.contains("▽ |") && !text.contains("worse by"))
    #expect(text.contains("None: all 6 runs finished."))
  }

  /// Five seeds each, standard deviation 0.01581: of the difference 0.01, t₀.₉₇₅ with 8 degrees of freedom 2.306, so 0.02306. With two
  /// models Tukey's bound is that, and Dunnett's one-sided one t₀.₉₅ = 1.860, so 0.0186.
  @Test func verdictsByHand() throws {
    func table(_ gap: Double) throws -> String {
      let scores = [0.90, 0.91, 0.92, 0.93, 0.94].map { $0 * 100 / 100 }
      return try ReportFiles.text(seeds("a", scores) + seeds("b", scores.map { $0 - gap }))
    }
    let worse = try table(0.024)
    #expect(worse.contains("`a` is alone at the top, with a test accuracy of 92.0 % (95 % interval 90.4 to 93.6)."))
    #expect(worse.contains("Worse than `a`: `b` by 0.1 to 4.7 points.") && worse.contains("| worse by 0.1 to 4.7 "))
    let undecided = try table(0.02)
    #expect(undecided.contains("Undecided: `b` (90.0 %, 88.4 to 91.6), about 7 seeds would tell."))
    #expect(undecided.contains("| undecided (about 7 seeds) |") && undecided.contains("| **alone at the top**      |"))
    let top = try table(0.018)
    #expect(
      top.contains("the top group of 2 in test accuracy is `a` (92.0 %, 90.4 to 93.6) and `b` (90.2 %, 88.6 to 91.8)."))
    #expect(top.split(separator: "\n").count { $0.contains("| **top group** |") } == 2)
    #expect(top.contains("−1.8 |               −4.1 to +0.5 |"), "\(top)")
  }

  /// 0.1 points apart with an error of 0.02: within the margin of half a point, whatever else is said.
  @Test func equalWithinTheMargin() throws {
    let near = [0.9, 0.9004, 0.9008, 0.9002, 0.9006]
    let text = try ReportFiles.text(seeds("a", near) + seeds("b", near.map { $0 - 0.0003 }))
    #expect(text.contains("Equal to `a` within 0.5 points: `b`.") && text.contains("equal within 0.5 points |"))
    let apart = try ReportFiles.text(seeds("a", near) + seeds("b", near.map { $0 - 0.001 }))
    #expect(apart.contains("| worse by 0.05 to 0.15 |") && !apart.contains("equal within"), "\(apart)")
  }

  @Test func theCheapestOfTheTopGroup() throws {
    let scores = [0.91, 0.92, 0.93, 0.94, 0.95]
    var records = seeds("a", scores.map { $0 - 0.005 }) + seeds("b", scores)
    for index in records.indices { records[index].environment.jobs = 2 }
    let text = try ReportFiles.text(records)
    #expect(
      text.contains(
        "Of the top group `a` is both the smallest (9,700 parameters) and the quickest to train (25.25 ± 0.53 (5) s a run)."
      ),
      "\(text)")
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
      seeds("a", [120, 121, 122, 123, 124], .perplexity) + seeds("b", [110, 111, 112, 113, 114], .perplexity)
        + seeds("c", [700, 710], .perplexity))
    #expect(text.contains("perplexity ↓"))
    #expect(
      text.contains("`b` is alone at the top, with a test perplexity of 112.0 (95 % interval 110.4 to 113.6)."))
    #expect(text.contains("Worse than `b`: `a` by 7.7 to 12.3."))
    #expect(
      text.contains(
        "**Below the baseline:** the mean of `c` (705.0, 641.5 to 768.5) is worse than the unigram baseline (600.0; lower is better)."
      ))
    #expect(
      text.contains("705.0 ± 7.1 (2) ▽")
        && text.contains("| below the baseline, 0 of 2 seeds work (95 %: 0 to 84 % of seeds) |"))
    #expect(text.contains("+10.0 |              +7.7 to +12.3 |"), "\(text)")
  }

  @Test func bothSidesOfPairsHaveTheirVocabulary() throws {
    var record = Synthetic.record("a", seed: 1, score: 0.9)
    (record.data.vocabulary, record.data.targetVocabulary) = (18_723, 10_212)
    record.data.unknownShares = [.train: 0, .development: 0.02, .test: 0.0312]
    record.data.unknownTargetShares = [.train: 0, .development: 0.01, .test: 0.0151]
    #expect(try RunRecord.DataSummary(json: record.data.json()) == record.data)
    let text = try ReportFiles.text([record])
    #expect(text.contains("18,723 → 10,212") && text.contains("0.00 / 2.00 / 3.12 → 0.00 / 1.00 / 1.51"))
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
    #expect(text.contains("|  92.00 (n = 1) |             – | not judged: too few seeds |"), "\(text)")
    #expect(text.contains("`b` has the best mean test accuracy, 92.00 %. Who is better is not said"))
    #expect(!text.contains("±0") && !text.contains("92.00 ±"))
  }

  /// Other test items alone are not what an interval speaks of.
  @Test func aSingleSeedHasNoIntervalWhateverIsKnownOfItems() throws {
    let records = (seeds("a", [0.91]) + seeds("b", [0.92])).map { record in
      var (record, items) = (record, ItemScores(count: 100))
      for item in 0..<100 { items.add(to: item, isRight: item > 8, loss: 1) }
      record.items = items
      return record
    }
    let standings = try StudyResults(records, study: "demo").tasks[0].rankings[0].standings
    #expect(standings.allSatisfy { $0.interval == nil && $0.verdict == .unjudged(.fewSeeds) })
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
    #expect(
      text.contains("| 94.25 ± 0.07 (2 of 3) |")
        && text.contains("| 94.25 ± 0.07 (2 of 3) | 93.61 to 94.89 | broke     |"))
    #expect(text.contains("| no scores |"))
  }

  @Test func nothingFinished() throws {
    let text = try ReportFiles.text(Synthetic.two.map { Synthetic.lost($0, .failed, "no data") })
    #expect(text.contains("no run has a test score (6 runs, 0 finished), so there is no answer."))
    #expect(text.contains("No finished run has a learning curve."))
  }

  @Test(
    arguments: [
      (
        Budget.Quantity.parameters, 50_000, [49_500, 50_100],
        "parameters; reached: 49,500 (99.0 %) to 50,100 (100.2 %)."
      ),
      (.stateFloats, 100, [98, 100], "floats of state; reached: 98 (98.0 %) to 100 (100.0 %)."),
      (.multiplyAdds, 5000, [5000, 5000], "multiply-adds a token; reached: 5,000 (100.0 %)."),
    ])
  func budgetsAreHeldAgainstWhatWasReached(_ quantity: Budget.Quantity, amount: Int, reached: [Int], words: String)
    throws
  {
    let records = Synthetic.two.map { record in
      var record = record
      let own = reached[record.cell.backend == "lstm" ? 0 : 1]
      record.cost.budget = Budget(quantity, amount)
      switch quantity {
      case .parameters: record.cost.parameters = own
      case .stateFloats: record.cost.stateFloats = own
      case .multiplyAdds: record.cost.multiplyAddsPerToken = own
      }
      return record
    }
    #expect(try ReportFiles.text(records).contains("a budget of \(Digits.whole(amount)) \(words)"))
  }

  /// What the clock ends is said where the scores stand.
  @Test func trainingByTheClockIsSaid() throws {
    let records = Synthetic.two.map { record in
      var record = record
      record.settings = .table(["training": .table(["seconds": .number(20)])])
      return record
    }
    let sentence = "Training ended at the first evaluation after 20 seconds of it, or earlier (after 8 epochs):"
    #expect(try ReportFiles.text(records).contains(sentence))
    #expect(!(try ReportFiles.text(Synthetic.two)).contains("Training ended"))
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
