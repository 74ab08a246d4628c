/// How often verdicts tell models apart that are all the same.
public struct NullRates: Equatable, Sendable {
  /// Models and seeds of each.
  public let models, seeds: Int
  /// Tables that were judged.
  public private(set) var tables = 0
  /// Tables in which some model was called worse.
  public private(set) var withLoser = 0
  /// Models that were called worse, in all tables.
  public private(set) var losers = 0
  /// Models whose seeds chanced to scatter so widely that they were called unstable.
  public private(set) var unstable = 0
  /// Models that were not in the top group, worse ones among them: any of them may be the best.
  public private(set) var left = 0

  init(models: Int, seeds: Int) { (self.models, self.seeds) = (models, seeds) }

  mutating func add(_ judgement: Judgement) {
    let worse = judgement.verdicts.count { $0 == .worse }
    let undecided = judgement.verdicts.count { if case .undecided = $0 { true } else { false } }
    (tables, losers, left) = (tables + 1, losers + worse, left + worse + undecided)
    withLoser += worse > 0 ? 1 : 0
    unstable += judgement.verdicts.count { $0 == .unstable }
  }

  /// Of made-up models whose scores are normal and whose test items are known to nobody.
  ///
  /// - Parameters:
  ///   - models: in a table.
  ///   - seeds: of each.
  ///   - tables: that are made and judged.
  ///   - critical: of `Judgement.confidence`.
  ///   - normal: draws from the normal distribution.
  public static func simulated(
    models: Int, seeds: Int, tables: Int, critical: CriticalValues, normal: () -> Double
  ) -> NullRates {
    var rates = NullRates(models: models, seeds: seeds)
    let none = [Bool](repeating: false, count: models)
    for _ in 0..<tables {
      let scores = (0..<models).map { _ in ModelScores((0..<seeds).map { _ in normal() }) }
      rates.add(Judgement(scores, broke: none, critical: critical))
    }
    return rates
  }

  /// Of real runs, dealt out to models by chance; runs of a fold among the models that have it.
  ///
  /// - Parameters:
  ///   - runs: single seeds with what each item adds, or single folds.
  ///   - models: in a table.
  ///   - seeds: of each, or folds.
  ///   - tables: that are dealt and judged.
  ///   - critical: of `Judgement.confidence`.
  ///   - random: deals them.
  /// - Returns: nil where there are too few runs for that.
  public static func permuted(
    _ runs: [ModelScores], models: Int, seeds: Int, tables: Int, critical: CriticalValues,
    using random: inout some RandomNumberGenerator
  ) -> NullRates? {
    let folds = Dictionary(grouping: runs, by: \.folds.first).sorted { $0.key ?? 0 < $1.key ?? 0 }.map(\.value)
    let isOfSeeds = runs.allSatisfy(\.folds.isEmpty)
    let (decks, each) = isOfSeeds ? ([runs], seeds) : (Array(folds.prefix(seeds)), 1)
    guard decks.count * each == seeds, decks.allSatisfy({ $0.count >= models * each }) else { return nil }
    var rates = NullRates(models: models, seeds: seeds)
    let none = [Bool](repeating: false, count: models)
    for _ in 0..<tables {
      let dealt = decks.map { $0.shuffled(using: &random) }
      let scores = (0..<models).map { model in
        ModelScores(pooling: dealt.flatMap { $0[(model * each)..<((model + 1) * each)] })
      }
      rates.add(Judgement(scores, broke: none, critical: critical))
    }
    return rates
  }
}

extension ModelScores {
  /// Seeds of one model, whose items are the same, or its folds.
  public init(pooling runs: [ModelScores]) {
    self.init(runs.flatMap(\.values), folds: runs.flatMap(\.folds))
    guard let count = runs.first?.influences.count, runs.allSatisfy({ $0.influences.count == count }) else { return }
    var sums = [Double](repeating: 0, count: count)
    for run in runs { for item in sums.indices { sums[item] += run.influences[item] } }
    influences = sums.map { $0 / Double(runs.count) }
  }
}
