import Testing

@testable import UnrollChecks
@testable import unroll

/// What `unroll check` prints.
@Suite struct CheckTests {
  /// Two forms of a backend with one check that fails twice, one that fails once and further out, and one that holds.
  private let results = ["plain", "layers: 2"].map { form in
    Contract.Result(
      backend: "mine", form: form, reading: "causal",
      figures: [
        Self.figure("gradient of the input", form == "plain" ? 6e-3 : 7e-3),
        Self.figure("gradient of the parameters", form == "plain" ? 0.9 : 1e-4), Self.figure("causality", 0),
      ])
  }

  private static func figure(_ check: String, _ worst: Double) -> Contract.Figure {
    Contract.Figure(check: check, worst: worst, limit: 5e-3, atLeast: false, place: "weight")
  }

  @Test func theWorstFirstAndTheSummaryLast() {
    let lines = CheckTable(results).text(verbose: false).split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.count == 4)
    #expect(lines[1].starts(with: ["gradient", "of", "the", "parameters", "9.0e-1"]))
    #expect(lines[2].starts(with: ["gradient", "of", "the", "input", "7.0e-3"]))
    #expect(lines[3].joined(separator: " ") == "mine: 2 of 3 checks over 2 forms FAILED")
  }

  @Test func everythingWhenAsked() {
    let text = CheckTable(results).text(verbose: true)
    #expect(text.split(separator: "\n").count == 1 + 3 + 3 + 1)
    #expect(
      text.contains("causality") && text.contains("  FAILED gradient of the input: 6.0e-3 at plain, causal: weight"))
  }

  @Test func aLineWhereAllIsWell() throws {
    let ended = try Program().run("check", "rnn")
    #expect(ended.status == 0 && ended.output.split(separator: "\n").count == 1)
    #expect(ended.output.hasPrefix("rnn: ") && ended.output.contains(" ok; nearest to its limit: "))
  }
}
