import Foundation
import Testing
import UnrollCore
import UnrollStatistics

/// Two models on the same items, beside scipy and statsmodels (`scripts/reference/paired.py`).
@Suite struct PairedItemTests {
  private struct Cases: Decodable {
    struct Test: Decodable { let first, second: Int, p: Double }
    struct Interval: Decodable { let weights, first, second: [Int], interval: [Double] }
    let tests: [Test], intervals: [Interval]
  }

  private let cases: Cases

  init() throws {
    let file = Bundle.module.resourceURL!.appendingPathComponent("Cases/paired.json")
    cases = try JSONDecoder().decode(Cases.self, from: Data(contentsOf: file))
  }

  @Test func exactMcNemar() {
    for one in cases.tests {
      #expect(abs(PairedItems.mcNemar(one.first, one.second) - one.p) < 1e-9 * one.p, "\(one)")
      #expect(PairedItems.mcNemar(one.second, one.first) == PairedItems.mcNemar(one.first, one.second))
    }
    #expect(cases.tests.count == 7)
  }

  /// Ends differ by what resamples do not tell: see `AggregateTests`.
  @Test func intervalsOverItems() {
    var random = RandomSource(seed: 9)
    for one in cases.intervals {
      let ours = PairedItems.interval(of: one.weights.count, resamples: 20_000, using: &random) { drawn in
        func sum(_ values: [Int]) -> Double { Double(zip(drawn, values).reduce(0) { $0 + $1.0 * $1.1 }) }
        return (sum(one.first) - sum(one.second)) / sum(one.weights)
      }
      let width = one.interval[1] - one.interval[0]
      #expect(abs(ours.lowerBound - one.interval[0]) < 0.025 * width, "\(ours) beside \(one.interval)")
      #expect(abs(ours.upperBound - one.interval[1]) < 0.025 * width, "\(ours) beside \(one.interval)")
    }
    #expect(cases.intervals.count == 2)
  }
}
