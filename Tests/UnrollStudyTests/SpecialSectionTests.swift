import Testing
import UnrollCore

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
