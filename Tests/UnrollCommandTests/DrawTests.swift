import Testing

@Suite struct DrawTests {
  private static let figure =
    #"{"title": "Time", "legend": ["rnn"], "panels": [{"x": "tokens", "y": "µs", "lines": [{"name": "rnn", "points": [[1, 2], [4, 3]]}]}]}"#
  private static let noGnuplot = "unroll: gnuplot is not installed; install it to draw figures\n"

  @Test func draws() throws {
    let program = try Program(["figure.json": DrawTests.figure])
    let ended = try program.run("draw", "figure.json", "figure.svg")
    if ended.errors == DrawTests.noGnuplot { return #expect(ended.status == 1 && !program.exists("figure.svg")) }
    #expect(ended.status == 0 && ended.errors == "" && ended.output == "")
    let drawing = try program.read("figure.svg")
    #expect(drawing.contains("<title>Time</title>") && drawing.contains("</svg>"))
  }

  @Test(
    arguments: [
      ("{}", "is not a figure: "), ("no JSON", "is not a figure: "),
      (figure.replacing("[1, 2]", with: "[1, 0]"), "has no points, or some that are not pairs of numbers above zero"),
      (figure.replacing("[\"rnn\"]", with: "[\"gru\"]"), "has a line whose name does not stand in its legend"),
    ])
  func mistakes(text: String, sentence: String) throws {
    let program = try Program(["figure.json": text])
    let ended = try program.run("draw", "figure.json", "figure.svg")
    #expect(ended.status == 1 && ended.output == "" && ended.sentences.count == 1)
    #expect(ended.errors.hasPrefix("unroll: figure.json: \(sentence)"), "\(ended.errors)")
    #expect(!program.exists("figure.svg"))
  }

  @Test func missingFile() throws {
    let ended = try Program().run("draw", "nowhere.json", "figure.svg")
    #expect(ended.status == 1 && ended.errors == "unroll: nowhere.json: cannot be read: No such file or directory\n")
  }
}
