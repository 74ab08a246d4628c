import Foundation
import Testing
import UnrollCore
import UnrollStatistics

/// Verdicts beside those of scipy's distributions (`scripts/reference/verdicts.py`), and what a table must never say.
@Suite struct JudgementTests {
  private struct Case: Decodable {
    struct Model: Decodable { let values, influences: [Double], folds: [Int]? }
    struct Row: Decodable {
      let verdict: String, gap, error, freedom, half, interval, hsu: Double?, seeds: Int?
    }
    let models: [Model], broke: [Bool], best: Int?, rows: [Row]
    /// Of the 95 % intervals of means.
    let halves: [Double?]
  }

  private let critical = CriticalValues(Judgement.confidence)

  private func judged(_ models: [ModelScores], broke: [Bool]? = nil) -> Judgement {
    Judgement(models, broke: broke ?? models.map { _ in false }, critical: critical)
  }

  /// Quantiles between printed degrees of freedom are interpolated: 0.001.
  @Test func scipysVerdicts() throws {
    let file = Bundle.module.resourceURL!.appendingPathComponent("Cases/verdicts.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    for (number, one) in cases.enumerated() {
      let models = one.models.map { ModelScores($0.values, influences: $0.influences, folds: $0.folds ?? []) }
      let ours = judged(models, broke: one.broke)
      #expect(ours.best == one.best)
      for (index, row) in one.rows.enumerated() {
        let verdict = ours.verdicts[index]
        if let half = one.halves[index] { #expect(abs(ours.means[index].halfInterval - half) < 1e-7) }
        #expect(name(verdict) == row.verdict, "case \(number), model \(index)")
        if case .undecided(let seeds) = verdict { #expect(seeds == row.seeds) }
        guard let gap = row.gap else { continue }
        let counts = zip(models, one.rows).filter { ["top", "worse", "undecided"].contains($1.verdict) }.map(
          \.0.values.count)
        var others = counts
        others.remove(at: others.firstIndex(of: models[index].values.count)!)
        let hsu = critical.dunnett(counts: others, reference: models[index].values.count, freedom: row.freedom!)
        #expect(abs(hsu - row.hsu!) < 0.001, "\(hsu) beside \(row.hsu!)")
        let (estimate, half) = try (#require(ours.gaps[index]).estimate, #require(ours.gaps[index]).half)
        #expect(abs(estimate.value - gap) < 1e-9 && abs(estimate.error - row.error!) < 1e-9)
        #expect(abs(estimate.freedom / row.freedom! - 1) < 1e-9)
        #expect(abs(estimate.halfInterval - row.interval!) < 1e-7)
        #expect(abs(half - row.half!) < 0.001 * half, "\(half) beside \(row.half!)")
      }
    }
    #expect(cases.flatMap(\.rows).count == 71 && cases.count { $0.models[0].folds != nil } == 4)
  }

  @Test func oneModelIsNotCompared() {
    let alone = judged([ModelScores([1, 2, 3])])
    #expect(alone.verdicts == [.unjudged(.alone)] && alone.best == 0 && alone.gaps == [nil])
    #expect(judged([ModelScores([1])], broke: [true]).best == nil)
    #expect(judged([]).verdicts.isEmpty)
  }

  /// Two models of three seeds have four degrees of freedom, of five eight.
  @Test func fewSeedsAreNotJudged() {
    let few = judged([ModelScores([1, 2, 3]), ModelScores([101, 102, 103])])
    #expect(few.verdicts == [.unjudged(.fewSeeds), .unjudged(.fewSeeds)] && few.best == 1)
    let enough = judged([ModelScores([1, 2, 3, 4, 5]), ModelScores([101, 102, 103, 104, 105])])
    #expect(enough.verdicts == [.worse, .top])
  }

  /// Of any two, not of the best alone. Three models of five seeds with a variance of 2.5, so a standard error of 1 and twelve degrees of
  /// freedom: Tukey's bound is 3.773 / √2 = 2.668.
  @Test func ordersOfPairs() {
    func seeds(_ mean: Double) -> ModelScores { ModelScores([-2, -1, 0, 1, 2].map { mean + $0 }) }
    let ours = judged([seeds(0), seeds(2.66), seeds(5.34), seeds(100)], broke: [false, false, false, true])
    func order(_ a: Int, _ b: Int) -> Int? { ours.order(a, b, critical) }
    #expect(order(1, 0) == 0 && order(0, 1) == 0)
    #expect(order(2, 1) == 1 && order(1, 2) == -1 && order(0, 2) == -1)
    #expect(order(2, 3) == nil && order(3, 2) == nil)
    #expect(judged([ModelScores([1, 2, 3]), ModelScores([7, 8, 9])]).order(0, 1, critical) == nil)
  }

  @Test func withoutSpreadNothingIsTold() {
    let same = [Double](repeating: 1, count: 5), less = [Double](repeating: 0.5, count: 5)
    #expect(judged([ModelScores(same), ModelScores(less)]).verdicts == [.unjudged(.noSpread), .unjudged(.noSpread)])
    #expect(judged([ModelScores(same), ModelScores(same)]).verdicts == [.top, .top])
  }

  /// Whatever the mean of the others is, and however wide.
  @Test func whatBrokeOrScattersIsNotInThePool() {
    let sound = [
      ModelScores([1, 2, 3]), ModelScores([1.5, 2.5, 3.5]), ModelScores([2, 3, 4]), ModelScores([1, 2, 3]),
    ]
    let wild = ModelScores([100, 0, 200])
    let ours = judged(
      sound + [wild, ModelScores([1000, 1001, 1002])], broke: [false, false, false, false, false, true])
    #expect(ours.verdicts == [.top, .top, .top, .top, .unstable, .broke] && ours.best == 2)
    #expect(ours.comparison.freedom == 8 && ours.comparison.variance == 1)
  }

  /// Where only other test items could tell, no number of seeds is named.
  @Test func itemsThatDifferDecideToo() {
    let wave = (0..<50).map { $0 % 2 == 0 ? 3.6 : -3.6 }
    let seeds = [ModelScores([0, 1, 2, 1, 1]), ModelScores([2, 3, 4, 3, 3])]
    #expect(judged(seeds).verdicts == [.worse, .top])
    let items = [
      ModelScores(seeds[0].values, influences: wave), ModelScores(seeds[1].values, influences: wave.map { -$0 }),
    ]
    let ours = judged(items)
    // SE² = 0.5 · 2/5 + 7.2²/49: the gap is 1.78 of it, Dunnett's bound 1.68, Tukey's 2.01, and of items alone 1.94.
    #expect(ours.verdicts == [.undecided(seeds: nil), .top])
    #expect(ours.gaps[0]!.estimate.error > judged(seeds).gaps[0]!.estimate.error)
  }

  private func name(_ verdict: Verdict) -> String {
    switch verdict {
    case .top: "top"
    case .worse: "worse"
    case .undecided: "undecided"
    case .unstable: "unstable"
    case .broke: "broke"
    case .unjudged(.alone): "alone"
    case .unjudged(.fewSeeds): "fewSeeds"
    case .unjudged(.noSpread): "noSpread"
    }
  }
}

/// How often models are told apart that are all the same.
@Suite struct NullRateTests {
  private let critical = CriticalValues(Judgement.confidence)

  /// One in twenty tables, within what 1,000 tables can tell (standard error 0.7 points); an equal model is out of the top group less often
  /// than Dunnett's 5 % for any one of them.
  @Test(arguments: [(5, 3), (5, 10), (24, 3), (24, 10)])
  func atMostOneTableInTwenty(models: Int, seeds: Int) {
    var random = RandomSource(seed: UInt64(models * 100 + seeds))
    let rates = NullRates.simulated(
      models: models, seeds: seeds, tables: 1000, critical: CriticalValues(Judgement.confidence)
    ) { random.normal() }
    #expect(rates.tables == 1000 && (rates.models, rates.seeds) == (models, seeds))
    #expect((25...71).contains(rates.withLoser), "\(rates.withLoser) of 1000 tables")
    #expect(rates.losers >= rates.withLoser && rates.left > rates.losers)
    // Less than 5 % of models, with a standard error of about half a point at 5 × 1000.
    #expect(Double(rates.left) < 0.065 * Double(1000 * models), "\(rates.left)")
    // One table in 10,000.
    #expect(rates.unstable <= 1, "\(rates.unstable)")
  }

  /// In the order of their scores five models of ten runs each would be worse one after the other.
  @Test func runsAreDealtOutAnew() throws {
    var random = RandomSource(seed: 3)
    let runs = (0..<50).map { run in ModelScores([Double(run)], influences: (0..<20).map { Double($0 % 2) - 0.5 }) }
    let rates = try #require(
      NullRates.permuted(
        runs, models: 5, seeds: 10, tables: 200, critical: CriticalValues(Judgement.confidence), using: &random))
    #expect(rates.tables == 200 && rates.withLoser < 25 && rates.unstable == 0)
    #expect(NullRates.permuted(runs, models: 6, seeds: 10, tables: 1, critical: critical, using: &random) == nil)
  }

  /// Two models on three folds, 1 apart and ±0.1: s² of the two-way layout is 0.02 with 2 degrees of freedom, whatever a fold does to both. Three
  /// folds count as 1 / (1/3 + 1/2) = 1.2 runs.
  @Test func foldsArePaired() {
    let easy = [10.0, 0, -10]
    let models = [[1.1, 1.0, 0.9], [-0.1, 0, 0.1]].map { scores in
      ModelScores(zip(scores, easy).map { $0 + $1 }, folds: [1, 2, 3])
    }
    let comparison = PooledComparison(models)
    #expect(comparison.isPaired && comparison.freedom == 2 && abs(comparison.variance - 0.02) < 1e-12)
    let gap = comparison.difference(0, 1)
    #expect(abs(gap.value - 1) < 1e-12 && abs(gap.error - (2 * 0.02 / 1.2).squareRoot()) < 1e-12)
    // A mean by itself knows nothing of other models: variance of 11.1, 1, −9.1 over 1.2 runs.
    let mean = comparison.mean(0)
    #expect(abs(mean.error - (10.1 * 10.1 / 1.2).squareRoot()) < 1e-9 && mean.freedom == 2)
    #expect(!PooledComparison([models[0], ModelScores([1, 2, 3], folds: [1, 2, 4])]).isPaired)
    #expect(!PooledComparison([models[0]]).isPaired)
  }

  /// Each fold's runs are dealt out among the models, so that what a fold does to all of them says nothing.
  @Test func foldsAreDealtOutOneByOne() throws {
    var random = RandomSource(seed: 4)
    let runs = (0..<4).flatMap { _ in (1...10).map { ModelScores([100 * Double($0) + random.normal()], folds: [$0]) } }
    let rates = try #require(
      NullRates.permuted(runs, models: 4, seeds: 10, tables: 200, critical: critical, using: &random))
    #expect(rates.tables == 200 && rates.withLoser < 25 && rates.unstable == 0)
    #expect(NullRates.permuted(runs, models: 4, seeds: 11, tables: 1, critical: critical, using: &random) == nil)
    #expect(NullRates.permuted(runs, models: 5, seeds: 10, tables: 1, critical: critical, using: &random) == nil)
  }

  @Test func itemsOfSeedsAreAveraged() {
    let pooled = ModelScores(pooling: [ModelScores([1], influences: [1, -1]), ModelScores([3], influences: [3, -3])])
    #expect(pooled == ModelScores([1, 3], influences: [2, -2]))
    #expect(ModelScores(pooling: [ModelScores([1], influences: [1, -1]), ModelScores([3])]).influences.isEmpty)
  }
}
