import UnrollKernels

/// Scores of a model on a split, and what they cost.
public struct Evaluation: Sendable {
  public let scores: [String: Double]
  public let tokens: Int
  /// Wall-clock seconds of the forward passes and scoring.
  public let seconds: Double

  /// - Parameter limit: stop after the batch in which so many tokens are reached; nil for all.
  static func run(
    _ model: SequenceModel, _ task: some Task, _ batches: [Batch], _ worker: ShardWorker, limit: Int? = nil
  ) -> Evaluation {
    var scorer = task.scorer()
    var tokens = 0
    let start = ContinuousClock.now
    for batch in batches {
      let predicted = worker.evaluate(model, batch)
      scorer.add(batch, predicted: predicted, worker.sums)
      tokens += batch.tokens.count
      if let limit, tokens >= limit { break }
    }
    return Evaluation(scores: scorer.scores, tokens: tokens, seconds: (ContinuousClock.now - start).seconds)
  }
}

extension Duration {
  /// As a fraction of seconds.
  public var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
