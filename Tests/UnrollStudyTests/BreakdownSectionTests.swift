import Testing
import UnrollCore
import UnrollSystem

@testable import UnrollStudy
@testable import UnrollTraining

/// Where models differ, bin by bin.
@Suite struct BreakdownSectionTests {
  /// Tokens of three frequencies; `a` is right on all of the last, `b` on none of the first.
  private func records(_ backends: [String] = ["a", "b"]) throws -> [RunRecord] {
    try backends.flatMap { seeds($0, [0.9, 0.8]) }.enumerated().map { index, record in
      var record = record
      let hits = [Double(index % 2) * 10, 30, 40 + Double(index)]
      let json = """
        [{"labels": ["0", "1", "2–4"], "metric": {"name": "accuracy", "higherIsBetter": true, "unit": "percent"},
        "name": "occurrences of the token in training", "sums": [\(hits[0]), \(hits[1]), \(hits[2])],
        "weights": [20, 40, 1200]}]
        """
      record.breakdowns = try [Breakdown](json: Array(json.utf8))
      record.calibration = calibration(isSure: record.cell.backend == "a")
      return record
    }
  }

  /// A hundred targets, half of them right; of sure models all at 0.9, of others half of them at 0.5.
  private func calibration(isSure: Bool) -> Calibration {
    Calibration((0..<100).map { (isSure || $0 < 50 ? 0.9 : 0.5, $0 % 2 == 0) })
  }

  @Test func tablesAndFigures() throws {
    let text = try ReportFiles.text(records())
    #expect(text.contains("## Scores by length, frequency and distance"))
    #expect(text.contains("tags: test accuracy by occurrences of the token in training, one line a backend"))
    #expect(text.contains("| occurrences of the token in training | targets |"))
    #expect(text.contains("| 0 ") && text.contains(" 20 | 25.00 ± 35.36 (2) | 25.00 ± 35.36 (2) |"), "\(text)")
    #expect(text.contains("1,200 |"))
    #expect(try !ReportFiles.text(Synthetic.two).contains("by length, frequency"), "older records do not say")
  }

  @Test func tablesOfManyBackendsHaveSevenColumns() throws {
    let text = try ReportFiles.text(records((0..<12).map { "m\($0)" }))
    let heads = text.split(separator: "\n").filter { $0.hasPrefix("| occurrences of the token") }
    #expect(heads.map { $0.split(separator: "|").count } == [7, 7, 4])
  }

  /// All sure: 0.9 − 0.5. Half as sure: 0.2, since those at 0.5 are right as often as they say.
  @Test func calibrationErrors() throws {
    let text = try ReportFiles.text(records())
    #expect(text.contains("## Calibration"))
    let rows = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(rows.contains("| `a` | 40.0 ± 0.0 (2) | 90.0 ± 0.0 (2) | 50.0 ± 0.0 (2) | 40.0 ± 0.0 (2) |"), "\(text)")
    #expect(rows.contains("| `b` | 20.0 ± 0.0 (2) | 70.0 ± 0.0 (2) | 50.0 ± 0.0 (2) | 20.0 ± 0.0 (2) |"), "\(text)")
    #expect(text.contains("how often test targets are predicted right against how sure the model is"))
    #expect(try !ReportFiles.text(Synthetic.two).contains("## Calibration"), "older records do not say")
  }

  @Test func recordsKeepBoth() throws {
    let record = try records()[0]
    let read = try RunRecord(json: record.json(pretty: false), file: "a")
    #expect(read.breakdowns == record.breakdowns && read.calibration == record.calibration)
    let old = try Synthetic.two[0].json(pretty: false)
    #expect(!String(decoding: old, as: UTF8.self).contains("breakdowns"))
  }

  @Test(.enabled(if: Gnuplot.find(in: ProcessVariables.path) != nil)) func figuresAreDrawn() throws {
    let names = (0..<24).map { "model-\($0)-" }
    let files = try ReportFiles.write(records(names), gnuplot: Gnuplot.find(in: ProcessVariables.path))
    #expect(!files["demo.md"]!.contains("Figure missing"))
    let drawing = try #require(files["demo/tags-by-occurrences-of-the-token-in-training.svg"])
    #expect(names.allSatisfy(drawing.contains) && drawing.contains("2–4"))
  }
}
