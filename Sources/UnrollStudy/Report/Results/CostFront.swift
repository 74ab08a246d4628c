import UnrollTraining

/// What a model costs, in one respect.
struct Cost: Sendable {
  let label: String
  let higherIsBetter: Bool
  /// Whether it hangs on the machine, and on what went on beside the run.
  var isOfTime = true
  /// Not a number where a model does not have it.
  let value: @Sendable (RunRecord.Cost) -> Double

  static let parameters = Cost(label: "parameters", higherIsBetter: false, isOfTime: false) { Double($0.parameters) }
  static let state = Cost(label: "state (floats)", higherIsBetter: false, isOfTime: false) {
    $0.stateFloats.map(Double.init) ?? .nan
  }
  static let seconds = Cost(label: "seconds of a run", higherIsBetter: false, value: \.seconds)
  static let training = Cost(label: "training tokens/s", higherIsBetter: true, value: \.trainingTokensPerSecond)
  static let inference = Cost(label: "inference tokens/s", higherIsBetter: true, value: \.inferenceTokensPerSecond)

  static let step = Cost(label: "step (µs)", higherIsBetter: false) { $0.stepMicroseconds ?? .nan }

  /// Those that quality is held against.
  static let all = [parameters, state, seconds, training, inference, step]
}

extension TaskResults {
  /// The models that no other one beats at a cost; nil where there is no such front, or times do not compare.
  func front(_ cost: Cost) -> CostFront? {
    guard !cost.isOfTime || timesCompare else { return nil }
    return rankings.first.flatMap { CostFront(cost, $0) }
  }
}

/// The models of a task that no other one beats: none has as good a mean score for as little, and is better in one of the two.
struct CostFront {
  struct Model {
    let standing: Standing
    let cost: Double
  }

  let cost: Cost
  /// The cheapest first, which is the worst of them.
  let models: [Model]

  /// Below this share costs do not differ: a budget is met by a percent or two.
  private static let least = 0.05

  /// Nil where fewer than two models have the cost, or all cost about the same. Models that broke or are unstable are on no front.
  init?(_ cost: Cost, _ ranking: Ranking) {
    let all = ranking.standings.filter { ![.broke, .unstable].contains($0.verdict) }.compactMap { standing in
      standing.backend.cost(cost.value).map { Model(standing: standing, cost: $0.mean) }
    }
    let costs = all.map(\.cost)
    guard all.count > 1, let least = costs.min(), let most = costs.max(), most > (1 + CostFront.least) * least else {
      return nil
    }
    func isBetter(_ a: Model, _ b: Model) -> Bool { cost.higherIsBetter ? a.cost > b.cost : a.cost < b.cost }
    let metric = ranking.metric
    models = all.filter { model in
      !all.contains { other in
        let isWorse = metric.isBetter(model.standing.sample.mean, than: other.standing.sample.mean)
        let isAhead = metric.isBetter(other.standing.sample.mean, than: model.standing.sample.mean)
        return !isWorse && !isBetter(model, other) && (isAhead || isBetter(other, model))
      }
    }.sorted(by: isBetter)
    self.cost = cost
  }

  func contains(_ backend: String) -> Bool { models.contains { $0.standing.backend.name == backend } }
}
