import Foundation
import Testing
import UnrollStatistics

/// Distributions behind comparisons beside those of scipy (`scripts/reference/statistics.py`).
@Suite struct MultipleComparisonTests {
  private struct Cases: Decodable {
    struct Range: Decodable { let groups: Int, freedom, q, p: Double }
    struct Dunnett: Decodable { let counts: [Int], reference: Int, freedom, t, p: Double }
    struct Rate: Decodable { let count, of: Int, low, high: Double }
    let range: [Range], dunnett: [Dunnett], rate: [Rate]
  }

  private let cases: Cases

  init() throws {
    let file = Bundle.module.resourceURL!.appendingPathComponent("Cases/multiple.json")
    cases = try JSONDecoder().decode(Cases.self, from: Data(contentsOf: file))
  }

  @Test func studentisedRange() {
    for one in cases.range {
      let ours = MultipleComparisons.studentisedRange(one.q, groups: one.groups, freedom: one.freedom)
      #expect(abs(ours - one.p) < 1e-9, "\(one)")
    }
    #expect(cases.range.count == 24)
  }

  @Test func dunnett() {
    for one in cases.dunnett {
      let ours = MultipleComparisons.dunnett(one.t, counts: one.counts, reference: one.reference, freedom: one.freedom)
      #expect(abs(ours - one.p) < 1e-9, "\(one)")
    }
    #expect(cases.dunnett.count == 15)
  }

  @Test func rates() {
    for one in cases.rate {
      let ours = Statistics.rateInterval(one.count, of: one.of)
      #expect(abs(ours.lowerBound - one.low) < 1e-9 && abs(ours.upperBound - one.high) < 1e-9, "\(one)")
    }
    #expect(cases.rate.count == 5)
  }

  /// Wherever a rate lies its interval has an end.
  @Test func everyRateHasAnInterval() {
    for all in [1, 7, 300, 2000, 100_000] {
      for count in stride(from: 0, through: all, by: max(1, all / 500)) {
        let ends = Statistics.rateInterval(count, of: all)
        let share = Double(count) / Double(all)
        #expect(ends.lowerBound <= share && share <= ends.upperBound && ends.lowerBound >= 0 && ends.upperBound <= 1)
      }
    }
  }

  /// The largest of 1 to 4 differences from one mean, 95 %: the rows of Dunnett's table (1955) for so many degrees of freedom.
  @Test func quantilesAreWhereTheDistributionSaysSo() {
    for (groups, freedom) in [(2, 4.0), (5, 10), (24, 48)] {
      let q = MultipleComparisons.studentisedRangeQuantile(0.95, groups: groups, freedom: freedom)
      #expect(abs(MultipleComparisons.studentisedRange(q, groups: groups, freedom: freedom) - 0.95) < 1e-9)
    }
    let printed = [10: [1.81, 2.15, 2.34, 2.47], 20: [1.72, 2.03, 2.19, 2.30], 60: [1.67, 1.95, 2.10, 2.21]]
    for (freedom, row) in printed {
      for (others, value) in zip(1..., row) {
        let d = MultipleComparisons.dunnettQuantile(
          0.95, counts: [Int](repeating: 3, count: others), reference: 3, freedom: Double(freedom))
        #expect(abs(d - value) < 0.0051, "\(others) others, \(freedom) degrees: \(d)")
      }
    }
  }
}
