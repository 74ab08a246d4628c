import Testing

@testable import UnrollStudy

/// Names at the ends of lines.
@Suite struct LineEndTests {
  @Test func namesStandApart() {
    func isNear(_ a: [Double], _ b: [Double]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-12 } }
    #expect(isNear(LineEnd.spread([0.1, 0.5, 0.9], apart: 0.1), [0.1, 0.5, 0.9]))
    #expect(isNear(LineEnd.spread([0.5, 0.5, 0.52], apart: 0.1), [0.5, 0.6, 0.7]))
    #expect(isNear(LineEnd.spread([0.95, 0.97, 1], apart: 0.1), [0.8, 0.9, 1]))
    #expect(LineEnd.spread([], apart: 0.1).isEmpty)
  }

  /// Left of their points where there is room, else right; names that would touch move up, and have a line to their point.
  @Test func namesBesidePoints() {
    let points = [("near", 0.1, 0.5), ("far", 0.9, 0.52)].map {
      PointNames.Point(name: $0.0, colour: "black", x: $0.1, y: $0.2)
    }
    let (x, y) = (Axis("x", holding: [0, 1], within: 0...1), Axis("y", holding: [0, 1], within: 0...1))
    func commands(isLeft: Bool, isAbove: Bool) -> [String] {
      PointNames(points: points, isLeft: isLeft, isAbove: isAbove)
        .commands(Panel(x: x, y: y, plots: []), width: 320, height: 160)
    }
    #expect(
      commands(isLeft: true, isAbove: true) == [
        "set label 'near' at graph 0.128125,graph 0.5 left tc rgb 'black' front",
        "set label 'far' at graph 0.871875,graph 0.6 right tc rgb 'black' front",
        "set arrow from graph 0.9,graph 0.52 to graph 0.871875,graph 0.6 nohead lw 0.5 lc rgb 'black'",
      ])
    let below = commands(isLeft: false, isAbove: false)
    #expect(below[0] == "set label 'far' at graph 0.871875,graph 0.52 right tc rgb 'black' front")
    #expect(below[1] == "set label 'near' at graph 0.128125,graph 0.42 left tc rgb 'black' front")
  }

  /// Four times as far from the best as the middle of all.
  @Test func figuresShowWhatIsNear() throws {
    let means = [("a", 0.90), ("b", 0.89), ("c", 0.88), ("d", 0.83), ("e", 0.80)]
    let records = means.flatMap { name, mean in seeds(name, [mean - 0.001, mean, mean + 0.001]) }
    let ranking = try #require(StudyResults(records, study: "demo").tasks[0].rankings.first)
    #expect(ranking.near.map(\.backend.name) == ["a", "b", "c", "d"])
  }

  @Test func placesOnAxes() {
    #expect(abs(Axis("x", holding: [1, 100], logarithmic: true).place(10) - 0.5) < 1e-12)
    #expect(Axis("x", holding: [0, 1]).place(7) == 1 && Axis("x", holding: [0, 1]).place(-7) == 0)
  }

  @Test func columnsThatAreTooManyAreThinned() {
    #expect(Axis("x", columns: ["0", "1", "2–4"]).ticks.map(\.text) == ["0", "1", "2–4"])
    let many = Axis("x", columns: (0..<30).map { "\($0 * 1000)–\($0 * 1000 + 999)" }).ticks
    #expect(many.count < 10 && many[1].value > 2 && many[0].text == "0–999")
  }
}
