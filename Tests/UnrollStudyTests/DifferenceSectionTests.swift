import Testing
import UnrollTraining

@testable import UnrollStudy

/// What a single score hides: classes, confusions, items.
@Suite struct DifferenceSectionTests {
  /// Ten items of A, six of B, four of C. `a` takes two of A for B in every seed, `b` all of C for A.
  private func records() -> [RunRecord] {
    (seeds("a", [0.9, 0.9, 0.9]) + seeds("b", [0.8, 0.8, 0.8])).map { record in
      var record = record
      let truths = [Int32](repeating: 0, count: 10) + [Int32](repeating: 1, count: 6) + [Int32](repeating: 2, count: 4)
      let said = truths.enumerated().map { index, truth -> Int32 in
        record.cell.backend == "a" ? (index < 2 ? 1 : truth) : (truth == 2 ? 0 : truth)
      }
      let targets = Targets(classes: truths, itemStarts: Array(truths.indices))
      let predictions = Predictions(classes: said, of: targets)
      record.confusion = Confusion(predictions, names: ["A", "B", "C"])
      record.items = predictions.items()
      return record
    }
  }

  /// F1 of A by `a`: 2·8/(10 + 8); of B 2·6/(6 + 8). By `b`: A 2·10/(10 + 14), C nothing.
  @Test func classesAndConfusions() throws {
    let text = try ReportFiles.text(records())
    #expect(text.contains("## Classes"))
    #expect(text.contains("| `A`   |                  50.0 |  88.9 |  83.3 |"), "\(text)")
    #expect(text.contains("| `B`   |                  30.0 |  85.7 | 100.0 |"))
    #expect(text.contains("| `C`   |                  20.0 | 100.0 |   0.0 |"))
    #expect(text.contains("| `A` | `B`       |                      20.0 |"), "two of ten")
    #expect(try !ReportFiles.text(Synthetic.two).contains("## Classes"))
  }

  /// 14 items both, `a` alone the four of C, `b` alone the two of A.
  @Test func itemsThatOneGetsRight() throws {
    let text = try ReportFiles.text(records())
    #expect(text.contains("| beside `a` | both right (%) | only `a` (%) | only this (%) | neither (%) | either (%) |"))
    #expect(
      text.contains("| `b`        |           70.0 |         20.0 |          10.0 |         0.0 |      100.0 |"),
      "\(text)")
    #expect(try !ReportFiles.text(Synthetic.two).contains("## Disagreement"))
  }

  /// Of three seeds two decide.
  @Test func mostSeedsDecide() throws {
    var records = records()
    for index in [1, 2] { records[3 + index].items = records[0].items }
    #expect(
      try ReportFiles.text(records).contains(
        "|           90.0 |          0.0 |           0.0 |        10.0 |       90.0 |"))
    records[0].items = nil
    #expect(try !ReportFiles.text(records).contains("## Disagreement"), "a run that does not say")
  }
}
