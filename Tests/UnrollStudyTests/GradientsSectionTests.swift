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
        {"sequences":4,"shortest":4,"longest":4,"kernels":[],"attention":[],
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
      tables[0].rows == [["lstm", "2 → 2–over 2", "0.5 → 1–1.2", "0.5 → 1", "3", "75 %"]],
      "a backend without is left out")
    #expect(tables[1].rows == [["lstm", "forget", "0.50 → 0.50", "0.00 → 0.00", "0.00 → 0.25–0.50"]])
    #expect(blocks.flatMap(\.figures).map(\.name) == ["tags-gradients", "tags-gradient-norms"])
    #expect(section.blocks(try StudyResults(seeds("rnn", [0.5]), study: "demo")).isEmpty)
  }

  /// Whatever stands in a record, there is a report.
  @Test func emptyListsBreakNothing() throws {
    var record = Synthetic.record("lstm", seed: 1, score: 0.9)
    let empty = try Diagnosis(
      json: Array(
        """
        {"sequences":0,"shortest":0,"longest":0,"kernels":[],"attention":[],"gradients":[],"gates":[],"recurrences":[],
         "jacobian":{"size":0,"distances":[],"singularValues":[],"spectralRadius":0}}
        """.utf8))
    record.diagnosis = RunRecord.TrainingDiagnosis(before: empty, after: nil)
    let blocks = GradientsSection().blocks(try StudyResults([record], study: "demo"))
    #expect(blocks.compactMap(Self.table).count == 1 && blocks.flatMap(\.figures).isEmpty)
  }
}
