import Testing
import UnrollStatistics

/// Values worked out by hand or read from printed tables.
@Suite struct StatisticsTests {
  @Test func meanAndDeviation() {
    #expect(abs(Statistics.mean([0.942, 0.941, 0.943]) - 0.942) < 1e-12)
    #expect(abs(Statistics.standardDeviation([0.942, 0.941, 0.943])! - 0.001) < 1e-12)
    #expect(Statistics.standardDeviation([0.5]) == nil)
  }

  /// t₀.₉₇₅ with two degrees of freedom is 4.302653 in every table.
  @Test func intervalUsesTheTable() {
    let half = Statistics.halfInterval([1, 2, 3])!
    #expect(abs(half - 4.302653 / 3.0.squareRoot()) < 1e-6)
  }

  @Test func quantilesInterpolate() {
    #expect(Statistics.quantile([4, 1, 3, 2], 0.5) == 2.5)
    #expect(Statistics.quantile([4, 1, 3, 2], 0) == 1)
    #expect(Statistics.quantile([4, 1, 3, 2], 1) == 4)
  }

  /// 1, 2, 3 against 2, 3, 4: t = −1/√(2/3), four degrees of freedom, for which
  /// P(|T| ≥ t) = 1 − (3/2) s + s³/2 with s = t/√(4 + t²).
  @Test func welchWithEqualVariances() {
    let comparison = Statistics.welch([1, 2, 3], [2, 3, 4])!
    let t = 1 / (2.0 / 3).squareRoot()
    let s = t / (4 + t * t).squareRoot()
    #expect(comparison.difference == -1)
    #expect(abs(comparison.p - (1 - 1.5 * s + 0.5 * s * s * s)) < 1e-12)
    #expect(abs(comparison.halfInterval - 2.776445 * (2.0 / 3).squareRoot()) < 1e-5)
  }

  /// Without any spread in one sample the other one's degrees of freedom remain: here two, for which
  /// P(|T| ≥ t) = 1 − t/√(2 + t²).
  @Test func welchWithUnequalVariances() {
    let comparison = Statistics.welch([1, 2, 3], [4, 4, 4, 4, 4])!
    let t = 2 * 3.0.squareRoot()
    #expect(abs(comparison.p - (1 - t / (2 + t * t).squareRoot())) < 1e-12)
  }

  /// Perplexities of a model that broke: squares of their variances are beyond double precision.
  @Test func welchOfHugeValues() {
    let comparison = Statistics.welch([1e140, 2e140, 3e140], [1, 2, 3])!
    #expect(abs(comparison.p - Statistics.welch([1, 2, 3], [0, 0, 0])!.p) < 1e-12)
    #expect(Statistics.welch([1e200, 2e200], [1, 2]) == nil, "no spread that is a number")
  }

  @Test func welchAtTheEdges() {
    #expect(Statistics.welch([1], [2, 3]) == nil)
  }

  /// Three seeds that agree say nothing of the fourth.
  @Test func withoutSpreadNothingIsTested() {
    #expect(Statistics.welch([0.9, 0.9, 0.9], [0.8, 0.8, 0.8]) == nil)
    #expect(Statistics.welch([2, 2], [2, 2]) == nil)
    #expect(Statistics.halfInterval([0.9, 0.9, 0.9]) == nil)
    #expect(Statistics.halfInterval([1e200, 3e200]) == nil, "no spread that is a number")
  }
}
