import Testing
import UnrollCore
import UnrollSystem

@testable import UnrollStudy

/// Tasks that differ in one number of the data are read together.
@Suite struct FamilyTests {
  /// Two backends at three lengths: one holds at all, one fails at the second and (by luck) not at the third.
  private var study: [RunRecord] {
    [(10, 0.99, 0.95), (20, 0.98, 0.5), (80, 0.97, 0.93)].flatMap { length, first, second in
      (1...2).flatMap { seed in
        [("gru", first), ("rnn", second)].map { record($0, seed, $1, length: length) }
      }
    }
  }

  @Test func lengthsAreSortedAndNamed() throws {
    let families = TaskFamily.all(try StudyResults(study.reversed(), study: "demo"))
    #expect(families.map(\.name) == ["copying"] && families.map(\.option) == ["length"])
    #expect(families[0].members.map(\.value) == [10, 20, 80])
    #expect(families[0].scores("rnn").map(\.sample.mean) == [0.95, 0.5, 0.93])
    #expect(families[0].baseline.map(\.score) == [0.6, 0.6, 0.6])
  }

  @Test func howFarEachBackendHolds() throws {
    let text = try ReportFiles.text(study)
    #expect(text.contains("| backend | copying: `length` |"))
    #expect(text.contains("| `gru`   |              ≥ 80 |"))
    #expect(text.contains("| `rnn`   |                10 |"))
    #expect(text.contains("copying: test accuracy against length, one line a backend"))
  }

  @Test func aLostRunIsNotAFailure() throws {
    let all = study.map { record in
      record.cell.backend == "rnn" && record.cell.task.hasSuffix("20") ? Synthetic.lost(record, .failed, "no") : record
    }
    #expect(try ReportFiles.text(all).contains("| `rnn`   |      runs missing |"))
  }

  @Test func nothingBelowTheFirst() throws {
    let all = study.filter { !$0.cell.task.hasSuffix("10") }
    #expect(try ReportFiles.text(all).contains("| `rnn`   |              < 20 |"))
  }

  /// Another kind of task, or one that differs in two settings, is no member.
  @Test func othersStandApart() throws {
    let other = [10, 20].map { record("gru", 1, 0.5, length: $0, items: 8) }
    let alone = record("gru", 1, 0.5, length: 40, items: 3)
    let families = TaskFamily.all(try StudyResults(study + other + [alone], study: "demo"))
    let lengths = families.filter { $0.option == "length" }
    #expect(lengths.map { $0.members.map(\.value) } == [[10, 20], [10, 20, 80]])
    #expect(families.filter { $0.option == "items" }.map { $0.members.map(\.value) } == [[4, 8], [4, 8]])
  }

  @Test func noSectionWithoutAFamily() throws {
    #expect(!(try ReportFiles.text(Synthetic.two).contains("along an option")))
  }

  @Test func ticksStandAtTheValues() {
    let axis = Axis("length", holding: [10, 20, 80], logarithmic: true, marks: [10, 20, 80])
    #expect(axis.ticks.map(\.text) == ["10", "20", "80"])
  }

  @Test(.enabled(if: Gnuplot.find(in: ProcessVariables.path) != nil)) func theFigureIsDrawn() throws {
    let files = try ReportFiles.write(study, gnuplot: Gnuplot.find(in: ProcessVariables.path))
    #expect(files["demo/copying-length.svg"]?.contains(">gru</text>") == true)
    #expect(!files["demo.md"]!.contains("Figure missing"))
  }

  private func record(_ backend: String, _ seed: Int, _ score: Double, length: Int, items: Int = 4) -> RunRecord {
    let name = items == 4 ? "copying length=\(length)" : "copying items=\(items) length=\(length)"
    var record = Synthetic.record(backend, seed: seed, score: score, task: name)
    guard case .table(var settings) = record.settings else { return record }
    settings["data"] = .table([
      "name": .string("copying"), "length": .integer(length), "items": .integer(items),
    ])
    record.settings = .table(settings)
    return record
  }
}
