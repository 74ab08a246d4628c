import Foundation
import Testing
import UnrollCore
import UnrollStatistics

/// What several tasks say together, and tests on ranks, beside rliable, scipy and statsmodels (`scripts/reference/aggregates.py`).
@Suite struct AggregateTests {
  private struct Cases: Decodable {
    struct Aggregate: Decodable { let a, b: [[Double]], mean, improvement: Double, interval: [Double] }
    struct Signed: Decodable { let differences: [Double], p: Double }
    struct Samples: Decodable { let a, b: [Double], wins, p: Double }
    struct Holm: Decodable { let p, corrected: [Double] }
    let aggregates: [Aggregate], signed: [Signed], samples: [Samples], holm: [Holm]
  }

  private let cases: Cases

  init() throws {
    let file = Bundle.module.resourceURL!.appendingPathComponent("Cases/aggregates.json")
    cases = try JSONDecoder().decode(Cases.self, from: Data(contentsOf: file))
  }

  @Test func meansAndImprovement() {
    for one in cases.aggregates {
      #expect(abs(Aggregates.interquartileMean(one.a) - one.mean) < 1e-9)
      #expect(abs(Aggregates.probabilityOfImprovement(one.a, over: one.b) - one.improvement) < 1e-9)
    }
    #expect(cases.aggregates.count == 4)
  }

  /// Ends differ by what 20,000 resamples of ours and 100,000 of scipy's do not tell: the standard error of such a percentile is
  /// 2 % of a standard deviation, or 0.5 % of the interval's width.
  @Test func bootstrapIntervals() {
    var random = RandomSource(seed: 11)
    for one in cases.aggregates {
      let ours = Aggregates.interval(of: one.a, resamples: 20_000, using: &random, Aggregates.interquartileMean)
      let width = one.interval[1] - one.interval[0]
      #expect(abs(ours.lowerBound - one.interval[0]) < 0.025 * width, "\(ours) beside \(one.interval)")
      #expect(abs(ours.upperBound - one.interval[1]) < 0.025 * width, "\(ours) beside \(one.interval)")
    }
  }

  /// Seeds are drawn within their own task: two tasks far apart never mix.
  @Test func resamplesKeepTasksApart() {
    var random = RandomSource(seed: 2)
    let interval = Aggregates.interval(of: [[0, 0, 0], [100, 100, 100]], resamples: 500, using: &random) { tasks in
      Statistics.mean(tasks[0]) - Statistics.mean(tasks[1])
    }
    #expect(interval == -100 ... -100)
  }

  @Test func signedRanks() {
    for one in cases.signed { #expect(abs(RankTests.signedRank(one.differences) - one.p) < 1e-9, "\(one)") }
    #expect(cases.signed.count == 7)
    #expect(RankTests.signedRank([0, 0]) == 1 && RankTests.signedRank([]) == 1)
    #expect(RankTests.signedRank([1, 2, 3, 4, 5, 6]) == 2.0 / 64)
  }

  @Test func twoSamples() {
    for one in cases.samples {
      #expect(RankTests.wins(one.a, over: one.b) == one.wins)
      #expect(abs(RankTests.mannWhitney(one.a, one.b) - one.p) < 1e-9, "\(one)")
    }
    #expect(cases.samples.count == 7)
    #expect(RankTests.mannWhitney([1, 2, 3], [4, 5, 6]) == 0.1)
  }

  @Test func holmsCorrection() {
    for one in cases.holm {
      for (ours, theirs) in zip(RankTests.holm(one.p), one.corrected) { #expect(abs(ours - theirs) < 1e-12) }
    }
    #expect(cases.holm.count == 4 && RankTests.holm([]).isEmpty)
  }
}
