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
