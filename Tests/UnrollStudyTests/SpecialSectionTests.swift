import Testing
import UnrollCore
import UnrollTraining

@testable import UnrollStudy

/// Sections that only some studies have, and the author's words.
@Suite struct SpecialSectionTests {
  private func measured(_ method: String, seed: Int, step: Double, error: Double) -> RunRecord {
    var record = Synthetic.record("ssm \(method) \(step)", seed: seed, score: 0.9)
    record.measurements = ["time step": step, "discretisation error": error]
    guard case .table(var settings) = record.settings else { return record }
    settings["backend"] = .table(["discretisation": .string(method)])
    record.settings = .table(settings)
    return record
  }

  @Test func discretisationErrorsStandOverTheTimeStep() throws {
    var records = [0.01, 0.1].flatMap { step in
      [
        measured("zoh", seed: 1, step: step, error: 1e-15), measured("euler", seed: 1, step: step, error: step / 2),
        measured("euler", seed: 2, step: step, error: step / 2),
      ]
    }
    records[5] = Synthetic.lost(records[5], .diverged, "training diverged")
    let text = try ReportFiles.text(records)
    #expect(text.contains("## Discretisation error"))
    let rows = text.split(separator: "\n").filter { $0.contains("| euler") }
    #expect(rows.count == 2 && rows[0].contains("0 of 2") && rows[1].contains("1 of 2"))
    #expect(rows[1].contains("0.05") || rows[1].contains("5.0e-2") || rows[1].contains("5e-2"), "\(rows[1])")
  }

  @Test func aSingleMethodIsNoComparison() throws {
    let records = [1, 2].map { measured("zoh", seed: $0, step: 0.01, error: 1e-15) }
    #expect(!(try ReportFiles.text(records)).contains("Discretisation"))
  }

  @Test func remarksAboutDataStandOnceATask() throws {
    let records = Synthetic.two.map { record in
      var record = record
      record.data.remarks = ["classes without a test item: 1 of 41 (rare_one)"]
      return record
    }
    let text = try ReportFiles.text(records)
    let lines = text.split(separator: "\n").filter { $0.contains("without a test item") }
    #expect(lines == ["- tags: classes without a test item: 1 of 41 (rare\\_one)"])
    #expect(!(try ReportFiles.text(Synthetic.two)).contains("without a test item"))
  }

  /// Types stand by how frequent they are, means over seeds; records without spans say nothing of them.
  @Test func spansStandByType() throws {
    var records = Synthetic.two
    for index in records.indices {
      var counts = SpanCounts()
      let (person, places) = (Span("PER", 0...1), [Span("LOC", 3...3), Span("LOC", 5...6)])
      counts.add(truth: [person] + places, predicted: index == 0 ? places : [places[0], Span("X|Y", 8...8)])
      records[index].spans = counts
    }
    let text = try ReportFiles.text(records)
    let rows = text.split(separator: "\n").map { row in
      row.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }.joined(separator: "|")
    }
    let place = try #require(rows.firstIndex { $0.hasPrefix("`LOC`") }, "\(rows)")
    #expect(text.contains("## Spans by type") && text.contains("of 3 types</summary>"))
    #expect(
      rows[place..<place + 6].map { $0.prefix { $0 != "|" } } == ["`LOC`", "`LOC`", "`PER`", "`PER`", "`X\\", "`X\\"])
    #expect(rows[place].contains("`gru`|100.0 ± 0.0 (3)|50.0 ± 0.0 (3)|66.7 ± 0.0 (3)"), "\(rows[place])")
    #expect(rows[place + 1].contains("`lstm`|100.0 ± 0.0 (3)|66.7 ± 28.9 (3)|77.8 ± 19.2 (3)"), "\(rows[place + 1])")
    #expect(!(try ReportFiles.text(Synthetic.two)).contains("Spans by type"))
  }

  /// Records of before have no measurements.
  @Test func oldRecordsAreRead() throws {
    var record = Synthetic.two[0]
    let old = try record.json(pretty: true)
    #expect(!String(decoding: old, as: UTF8.self).contains("measurements"))
    #expect(try RunRecord(json: old).measurements == nil)
    record.measurements = ["time step": 0.5]
    #expect(try RunRecord(json: record.json(pretty: true)).measurements == ["time step": 0.5])
  }

  @Test func theAuthorsWordsFollowTheAnswer() throws {
    let notes = "First *thought*.\n\nSecond thought."
    let blocks = try Report.blocks(Synthetic.two, study: "demo", notes: notes)
    let headings = blocks.compactMap { if case .heading(2, let text) = $0 { text } else { nil } }
    #expect(Array(headings.prefix(3)) == ["Answer", "Notes", "Scores"])
    #expect(blocks.contains(.paragraph("First *thought*.")) && blocks.contains(.paragraph("Second thought.")))
    #expect(try !Report.blocks(Synthetic.two, study: "demo").contains(.heading(2, "Notes")))
  }
}
