import Testing
import UnrollCore
import UnrollSystem

@testable import UnrollStudy

@Suite struct LineFigureTests {
  private func figure(_ text: String) throws -> LineFigure { try LineFigure(Array(text.utf8), file: "figure.json") }

  private static func text(points: String, name: String = "rnn") -> String {
    """
    {"title": "Time", "legend": ["lstm", "rnn"],
     "panels": [{"x": "tokens", "y": "µs", "lines": [{"name": "\(name)", "points": \(points)}]},
                {"x": "tokens", "y": "MiB", "lines": [{"name": "\(name)", "points": [[64, 30], [4096, 90]]}]}]}
    """
  }

  /// Both axes' labels stand, and drawing twice gives the same bytes.
  @Test(.enabled(if: Gnuplot.find(in: ProcessVariables.path) != nil)) func drawsEveryPanelWithItsOwnLabels() throws {
    let figure = try figure(LineFigureTests.text(points: "[[64, 3.5], [4096, 1.25]]"))
    let drawing = try figure.svg()
    #expect(try figure.svg() == drawing)
    for word in ["<title>Time</title>", ">rnn<", ">µs<", ">MiB<", ">tokens<"] {
      #expect(drawing.contains(word), "\(word)")
    }
  }

  @Test(
    arguments: [
      ("{}", "is not a figure"), (text(points: "[[0, 1]]"), "numbers above zero"),
      (text(points: "[[1]]"), "pairs of numbers"),
      (text(points: "[[1, 2]]", name: "gru"), "does not stand in its legend"),
    ])
  func mistakes(text: String, sentence: String) throws {
    let error = #expect(throws: InputError.self) { try figure(text) }
    #expect(error?.file == "figure.json" && error?.message.contains(sentence) == true)
  }
}
