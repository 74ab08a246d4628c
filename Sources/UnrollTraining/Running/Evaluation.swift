import UnrollCore
import UnrollKernels

/// Scores of a model on a split, and what they cost.
public struct Evaluation: Sendable {
  /// Metric name to value; none where the loss or an output was not finite.
  public let scores: [String: Double]
  /// Tokens that were read.
  public let tokens: Int
  /// Wall-clock seconds of the forward passes and scoring.
  public let seconds: Double
  /// The first that was not finite, after which nothing was scored: `loss`, `output` or a metric.
  public let broken: String?

  /// - Parameter limit: stop after the batch in which so many tokens are reached; nil for all.
  static func run(
    _ model: SequenceModel, _ task: some Task, _ batches: [Batch], _ worker: ShardWorker, limit: Int? = nil
  ) -> Evaluation {
    var scorer = task.scorer()
    var tokens = 0
    let start = ContinuousClock.now
    var broken: String?
    for batch in batches {
      let predicted = worker.evaluate(model, task, batch)
      broken = worker.sums.loss.isFinite ? predicted.contains { $0 < 0 } ? "output" : nil : "loss"
      guard broken == nil else { break }
      scorer.add(batch, predicted: predicted, worker.sums)
      tokens += batch.tokens.count
      if let limit, tokens >= limit { break }
    }
    let scores = broken == nil ? scorer.scores : [:]
    broken = broken ?? scores.keys.sorted().first { !scores[$0]!.isFinite }
    return Evaluation(
      scores: scores, tokens: tokens, seconds: (ContinuousClock.now - start).seconds, broken: broken)
  }
}
