import Testing
import UnrollCore
import UnrollSystem

@testable import UnrollStudy

/// Figures as scripts, drawings, and the words that stand for missing ones.
@Suite struct FigureTests {
  private static let installed = Gnuplot.find(in: ProcessVariables.path) != nil

  @Test func missingGnuplotIsSaidAndTablesStay() throws {
    #expect(Gnuplot.find(in: "/nowhere:/also/nowhere") == nil)
    #expect(Gnuplot.find(in: nil) == nil)
    let files = try ReportFiles.write(Synthetic.two, gnuplot: nil)
    #expect(files.keys.sorted() == ["demo.md"])
    #expect(files["demo.md"]!.contains("**Figure missing:** tags: accuracy on the development split against epochs"))
    #expect(files["demo.md"]!.contains("gnuplot is not installed"))
    #expect(files["demo.md"]!.contains("94.20 ± 0.10 (3)"))
  }

  @Test func aProgramThatCannotDrawIsSaidToo() throws {
    let text = try ReportFiles.write(Synthetic.two, gnuplot: Gnuplot(program: "/bin/false"))["demo.md"]!
    #expect(text.contains("gnuplot could not draw it: it said nothing (code 1)"))
    let absent = try ReportFiles.write(Synthetic.two, gnuplot: Gnuplot(program: "/nowhere/gnuplot"))["demo.md"]!
    #expect(absent.contains("/nowhere/gnuplot does not start."))
  }

  @Test(.enabled(if: installed)) func drawingsAreStableAndThemed() throws {
    let gnuplot = Gnuplot.find(in: ProcessVariables.path)
    let files = try ReportFiles.write(Synthetic.two, gnuplot: gnuplot)
    #expect(files.keys.sorted() == ["demo.md", "demo/answer.svg", "demo/tags-cost.svg", "demo/tags-curves.svg"])
    #expect(files["demo.md"]!.contains("](demo/tags-curves.svg)"))
    for (name, svg) in files where name.hasSuffix(".svg") {
      #expect(svg.contains("@media (prefers-color-scheme: dark)"))
      #expect(!svg.contains("GNUPLOT") && !svg.contains("rgb("))
      #expect(svg.contains(">lstm</text>"))
      #expect(!svg.contains("scale(0.00)"), "renderers refuse a mark without size")
    }
    #expect(try ReportFiles.write(Synthetic.two, gnuplot: gnuplot) == files)
  }

  /// Quotes, backquotes and markup in names are text, never commands.
  @Test(.enabled(if: installed)) func namesAreNotCommands() throws {
    let odd = "it's `id` \"<b>\" & \\n"
    let files = try ReportFiles.write(
      [0.9, 0.8].enumerated().map { Synthetic.record(odd, seed: $0, score: $1) },
      gnuplot: Gnuplot.find(in: ProcessVariables.path))
    #expect(files["demo/tags-cost.svg"]!.contains("it's `id` \"&lt;b>\" &amp; \\n"))
    #expect(!files["demo.md"]!.contains("Figure missing"))
  }

  /// gnuplot leaves out what does not fit.
  @Test(.enabled(if: installed), arguments: [1, 11, 12, 19, 26]) func everyNameStandsInTheLegend(_ count: Int) throws {
    let names = (0..<count).map { "backend-\($0)-" }
    let records = names.enumerated().map { Synthetic.record($1, seed: 1, score: 0.5 + 0.01 * Double($0)) }
    let files = try ReportFiles.write(records, gnuplot: Gnuplot.find(in: ProcessVariables.path))
    for file in ["demo/tags-cost.svg", "demo/tags-curves.svg"] {
      for name in names { #expect(files[file]!.contains(name), "\(name) is missing in \(file)") }
    }
  }

  /// One seed, one epoch, one backend: ranges must not be empty.
  @Test(.enabled(if: installed)) func theSmallestStudyIsDrawn() throws {
    var record = Synthetic.record("a", seed: 1, score: 1)
    record.curve = [Synthetic.point(epoch: 1, development: ["accuracy": 1])]
    let text = try ReportFiles.write([record], gnuplot: Gnuplot.find(in: ProcessVariables.path))["demo.md"]!
    #expect(!text.contains("Figure missing"))
  }

  /// A renamed task leaves no figure behind; what the user has put beside the figures stays, even where the notes show it.
  @Test(.enabled(if: installed)) func figuresOfBeforeGo() throws {
    let gnuplot = Gnuplot.find(in: ProcessVariables.path)
    try ReportFiles.inFolder { folder in
      let (figures, notes) = ("\(folder)/demo", "![mine](demo/mine.svg)")
      try Files.write("<svg>mine</svg>", to: "\(figures)/mine.svg")
      func write(_ task: String, _ gnuplot: Gnuplot?, notes: String = "") throws -> [String] {
        let records = [0.9, 0.8].enumerated().map { Synthetic.record("a", seed: $0, score: $1, task: task) }
        try Report.write(records, study: "demo", notes: notes, to: folder, gnuplot: gnuplot)
        return try Files.list(figures)
      }
      #expect(try write("old", gnuplot, notes: notes) == ["mine.svg", "old-cost.svg", "old-curves.svg"])
      try Files.write(try Files.read("\(figures)/old-cost.svg"), to: "\(figures)/unshown.svg")
      let kept = ["mine.svg", "new-cost.svg", "new-curves.svg", "unshown.svg"]
      #expect(try write("new", gnuplot) == kept)
      #expect(try write("new", nil) == kept, "figures that cannot be drawn today are still the report's")
    }
  }

  @Test func tasksWithOneSlugHaveTwoFiles() throws {
    let records = ["a b", "a-b"].map { Synthetic.record("x", seed: 1, score: 0.9, task: $0) }
    let names = try Report.blocks(records, study: "demo").flatMap(\.figures).map(\.name)
    #expect(names == ["a-b-curves", "a-b-curves-2", "a-b-cost", "a-b-cost-2"])
  }

  @Test func looksDiffer() {
    let looks = (0..<40).map { "\(Look(index: $0).colour) \(Look(index: $0).point) \(Look(index: $0).dash)" }
    #expect(Set(looks).count == 40)
  }

  @Test func axesHoldTheirValues() {
    let linear = Axis("x", holding: [84.2, 93.1], within: 0...100)
    #expect(linear.ticks.map(\.text) == ["84", "86", "88", "90", "92"])
    #expect(Axis("x", holding: [99, 100], within: 0...100).high == 100)
    let logarithmic = Axis("x", holding: [3e4, 3e5], logarithmic: true)
    #expect(logarithmic.ticks.map(\.text) == ["30k", "100k", "300k"])
    #expect(!Axis("x", holding: [0, 5], logarithmic: true).logarithmic)
    #expect(Axis("x", holding: [0.1, 0.4]).ticks.map(\.text) == ["0.1", "0.15", "0.2", "0.25", "0.3", "0.35", "0.4"])
    let names = Axis(names: ["a", "b"].map { String(repeating: "x", count: 60) + $0 }).ticks.map(\.text)
    #expect(
      names[0] != names[1] && names.allSatisfy { $0.count == 44 }, "what tells names apart often stands at their end")
  }
}
