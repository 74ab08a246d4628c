import Testing
import UnrollCore

@testable import UnrollStudy

/// Two studies side by side.
@Suite struct StudyComparisonTests {
  private func runs(_ records: [RunRecord]) -> StudyRuns {
    StudyRuns(records: records, wanted: records.count, notes: "")
  }

  private func text(_ a: [RunRecord], _ b: [RunRecord]) throws -> String {
    try StudyComparison(.init(runs(a), name: "old"), .init(runs(b), name: "new")).text
  }

  /// Five seeds of standard deviation 0.0158 on both sides. Of two models and two sides the variance is pooled over 16 degrees of freedom, and the
  /// error of a difference is 0.01: t₀.₉₈₇₅ = 2.473, so that 2 points are noise and 3 are not.
  @Test func movesBeyondNoiseAreSaid() throws {
    let scores = [0.90, 0.91, 0.92, 0.93, 0.94]
    func side(_ a: Double, _ b: Double) -> [RunRecord] {
      seeds("a", scores.map { $0 + a }) + seeds("b", scores.map { $0 + b })
    }
    let text = try text(side(0, 0), side(0.02, -0.03))
    #expect(
      text.contains(
        "| tags | `a`     | 92.0 ± 1.6 (5) → 94.0 ± 1.6 (5) |     +2.0 |  −0.1 to +4.1 | no              |"), "\(text)")
    #expect(
      text.contains("| tags | `b`     | 92.0 ± 1.6 (5) → 89.0 ± 1.6 (5) |     −3.0 | −5.1 to −0.9  | **worse**       |")
        || text.contains("−3.0 |  −5.1 to −0.9 | **worse**"))
    #expect(text.contains("*more than noise* is said at 5 % over all 2 cells"))
    #expect(text.contains("The same in all cells that both have."))
  }

  /// The direction of the metric decides which way is better.
  @Test func lowerCanBeBetter() throws {
    let scores: [Double] = [100, 101, 102, 103, 104]
    let text = try text(seeds("a", scores, .perplexity), seeds("a", scores.map { $0 - 20 }, .perplexity))
    #expect(text.contains("−20.0 |") && text.contains("| **better**"), "\(text)")
  }

  /// As in a report: below eight degrees of freedom, without any spread, and of what broke nothing is said.
  @Test func whatCannotBeJudgedIsNot() throws {
    func rows(_ a: [RunRecord], _ b: [RunRecord]) throws -> [String] {
      try text(a, b).split(separator: "\n").filter { $0.hasPrefix("| tags |") }.map {
        $0.split(separator: "|").dropFirst().map { $0.split(separator: " ").joined(separator: " ") }.joined(
          separator: " | ")
      }
    }
    #expect(
      try rows(seeds("a", [0.9]), seeds("a", [0.8]))[0]
        == "`a` | 90.00 (n = 1) → 80.00 (n = 1) | −10.00 | – | not judged: too few seeds", "and no interval of width 0")
    let flat = [Double](repeating: 0.9, count: 5)
    #expect(
      try rows(seeds("a", flat), seeds("a", flat.map { $0 - 0.1 }))[0]
        == "`a` | 90.00 ± 0.00 (5) → 80.00 ± 0.00 (5) | −10.00 | – | not judged: no spread")
    let scores = [0.90, 0.91, 0.92, 0.93, 0.94]
    let sound = seeds("a", scores) + seeds("b", scores)
    var broken = seeds("a", scores.map { $0 + 0.03 }) + seeds("b", scores)
    broken[4] = Synthetic.lost(broken[4], .diverged, "the loss was not finite")
    let lost = try rows(sound, broken)
    #expect(lost[0] == "`a` | 92.0 ± 1.6 (5) → 94.5 ± 1.3 (4 of 5) | – | – | not compared")
    #expect(lost[1] == "`b` | 92.0 ± 1.6 (5) → 92.0 ± 1.6 (5) | 0.0 | −2.3 to +2.3 | no")
    for seed in 0..<5 { broken[seed] = Synthetic.lost(broken[seed], .failed, "no memory") }
    #expect(try rows(sound, broken)[0] == "`a` | 92.0 ± 1.6 (5) → no scores | – | – | not compared")
  }

  @Test func speedsAreRatios() throws {
    let slow = Synthetic.two.map { record in
      var record = record
      record.cost.trainingTokensPerSecond /= 2
      return record
    }
    let text = try text(Synthetic.two, slow)
    #expect(text.contains("0.500 |") && text.contains("| **slower**"), "\(text)")
    #expect(try self.text(Synthetic.two, Synthetic.two).contains("1.000 |"))
  }

  @Test func whatDiffersIsListed() throws {
    var records = Synthetic.two.filter { $0.cell.backend == "lstm" }
    for index in records.indices {
      guard case .table(var settings) = records[index].settings, case .table(var training)? = settings["training"]
      else { continue }
      training["epochs"] = .integer(9)
      settings["training"] = .table(training)
      records[index].settings = .table(settings)
      records[index].environment.cpu = "Other CPU"
      records[index].environment.commit += " + changes"
      records[index].data.digest = String(repeating: "cd", count: 32)
    }
    let text = try text(Synthetic.two, records)
    #expect(text.contains("- Only in old: tags / gru."))
    let rows = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(rows.contains("| `training.epochs` | `8` | `9` | everywhere |"), "\(text)")
    #expect(rows.contains("| digest of the data | `abababababab` | `cdcdcdcdcdcd` | everywhere |"))
    #expect(text.contains("| Imaginary CPU") && text.contains("| Other CPU"))
    #expect(
      text.contains("| 1.0 (0123456789abcdef) ") && text.contains("| 1.0 (0123456789abcdef + changes) |"), "\(text)")
    #expect(throws: InputError.self) { try StudyComparison.Side(runs([]), name: "none") }
    let apart = try self.text(seeds("a", [0.9]), seeds("b", [0.9]))
    #expect(apart.contains("- Only in old: tags / a.\n- Only in new: tags / b.") && !apart.contains("## Settings"))
  }
}
