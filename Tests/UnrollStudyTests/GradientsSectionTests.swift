import Testing
import UnrollCore

@testable import UnrollStudy
@testable import UnrollTraining

/// The report's section on gradients, from records that nobody has run.
@Suite struct GradientsSectionTests {
  /// Shares of one input, growth and radius, and one gate.
  private static func diagnosis(_ shares: [Double], growth: Double, radius: Double, open: Double) throws -> Diagnosis {
    let memory = shares.firstIndex { $0 < 0.01 }.map { ",\"memory\":\($0)" } ?? ""
    return try Diagnosis(
      json: Array(
        """
        {"sequences":4,"shortest":4,"longest":4,"stateSize":0,"kernels":[],"attention":[],
         "gradients":[{"name":"input","norms":\(shares),"shares":\(shares),
                       "sequences":\(shares.map { _ in 4 })\(memory)}],
         "jacobian":{"size":2,"distances":[1,2],"singularValues":[1,\(growth * growth)],"spectralRadius":\(radius)},
         "recurrences":[{"name":"a","spectralRadius":0.1},{"name":"b","spectralRadius":\(radius)}],
         "gates":[{"name":"forget","mean":0.5,"shut":0,"open":\(open)}]}
        """.utf8))
  }

  private static func table(_ block: Block) -> MarkdownTable? {
    guard case .table(let table) = block else { return nil }
    return table
  }

  private static func records() throws -> [RunRecord] {
    try zip(1..., [0.25, 0.5]).map { seed, after in
      var record = Synthetic.record("lstm", seed: seed, score: 0.9)
      record.diagnosis = RunRecord.TrainingDiagnosis(
        before: try diagnosis([1, 0.1, 0.001], growth: 0.5, radius: 0.5, open: 0),
        after: try diagnosis([1, 0.5, seed == 1 ? 0.002 : 0.5], growth: 1, radius: 0.75 + after, open: after))
      var norms = GradientNorms()
      for norm in [0.5, 2, 3, 1.5 + after] { norms.add(norm, maximum: 1) }
      record.curve[0].gradients = norms
      return record
    }
  }

  @Test func tablesSayWhatRunsRecorded() throws {
    let section = GradientsSection()
    let blocks = section.blocks(try StudyResults(try Self.records() + seeds("rnn", [0.5]), study: "demo"))
    let tables = blocks.flatMap { block -> [MarkdownTable] in
      switch block {
      case .table(let table): [table]
      case .details(_, let inner): inner.compactMap(Self.table)
      default: []
      }
    }
    try #require(tables.count == 2)
    #expect(
      tables[0].rows == [["`lstm`", "2 → 2–over 2", "0.50 → 1.00–1.25", "0.50 → 1.00", "3.0", "75 %"]],
      "a backend without is left out")
    #expect(tables[1].rows == [["`lstm`", "forget", "0.50 → 0.50", "0.00 → 0.00", "0.00 → 0.25–0.50"]])
    #expect(
      blocks.flatMap(\.figures).map(\.name) == ["tags-gradients", "tags-gradient-norms", "tags-gradient-spectra"])
    #expect(section.blocks(try StudyResults(seeds("rnn", [0.5]), study: "demo")).isEmpty)
  }

  @Test func sentencesSayWhatTheNumbersDo() throws {
    func records(_ name: String, clip: Double, _ shares: [Double], scores: [Double]) throws -> [RunRecord] {
      try zip(1..., scores).map { seed, score in
        var record = Synthetic.record("one", seed: seed, score: score)
        (record.cell.backend, record.identity) = (name, "\(name) \(seed)")
        guard case .table(var settings) = record.settings, case .table(var training)? = settings["training"] else {
          fatalError()
        }
        training["clip"] = .number(clip)
        settings["training"] = .table(training)
        record.settings = .table(settings)
        var norms = GradientNorms()
        for norm in [40_000.0, 2] { norms.add(norm, maximum: clip) }
        let before = try Self.diagnosis(shares, growth: 1, radius: 1, open: 0)
        record.diagnosis = RunRecord.TrainingDiagnosis(before: before, after: clip > 0 ? before : nil)
        guard clip == 0 else {
          record.curve[0].gradients = norms
          return record
        }
        record.curve = []
        record.diagnosis?.broken = norms
        return Synthetic.lost(record, .diverged, "loss is not finite")
      }
    }
    let all =
      try records("tamed", clip: 1, [1, 30, 200], scores: [0.9, 0.8])
      + records("wild", clip: 0, [1, 30, 200], scores: [0.9, 0.8])
      + records("short", clip: 2, [1, 0.1, 0.004], scores: [0.3, 0.4])
      + records("even", clip: 2, [1, 1, 1], scores: [0.7, 0.7])
    // All but clipping is alike, so that all four stand beside each other.
    let task = DiagnosedTask(try StudyResults(all, study: "demo").tasks[0])
    #expect(
      task.sentences == [
        "**Before training** the gradient vanishes in `short` (under 1 % 2 steps back); it holds in `even` (1.0 times as large 2 steps back); it explodes in `tamed` (200 times as large 2 steps back) and `wild` (200 times).",
        "**After training** the gradient vanishes in `short` (under 1 % 2 steps back); it holds in `even` (1.0 times as large 2 steps back); it explodes in `tamed` (200 times as large 2 steps back).",
        "**Clipping** is all that tells `even` (to 2), `short` (to 2), `tamed` (to 1) and `wild` (none) apart: the largest norm of a gradient is 40,000, 40,000, 40,000 and 40,000; what is left of it for a step at most 2.0, 2.0, 1.0 and 40,000; runs that finish are 2 of 2, 2 of 2, 2 of 2 and 0 of 2; mean test accuracy is 70.0 %, 35.0 %, 85.0 % and –.",
        "**Gates** stand open, in the mean before → after training: `even` 0.50 → 0.50 (forget), `short` 0.50 → 0.50 (forget), `tamed` 0.50 → 0.50 (forget), `wild` 0.50 (forget).",
        "**Scores**: where the gradient vanishes before training, the mean test accuracy of a backend is 35.0 %; where it does not, 70.0 to 85.0 %.",
      ])
    // A run that broke is drawn at the step at which it did.
    #expect(try #require(task.normFigure).script.contains("\n12 20001\n"))
  }

  /// Whatever stands in a record, there is a report.
  @Test func emptyListsBreakNothing() throws {
    var record = Synthetic.record("lstm", seed: 1, score: 0.9)
    let empty = try Diagnosis(
      json: Array(
        """
        {"sequences":0,"shortest":0,"longest":0,"stateSize":0,"kernels":[],"attention":[],"gradients":[],"gates":[],"recurrences":[],
         "jacobian":{"size":0,"distances":[],"singularValues":[],"spectralRadius":0}}
        """.utf8))
    record.diagnosis = RunRecord.TrainingDiagnosis(before: empty, after: nil)
    let blocks = GradientsSection().blocks(try StudyResults([record], study: "demo"))
    #expect(blocks.compactMap(Self.table).count == 1 && blocks.flatMap(\.figures).isEmpty)
  }
}
