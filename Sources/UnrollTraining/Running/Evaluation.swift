import UnrollCore
import UnrollData
import UnrollKernels

/// Scores of a network on a split, and what they cost.
public struct Evaluation: Sendable {
  /// Metric name to value; none where the loss or an output was not finite.
  public internal(set) var scores: [String: Double]
  /// Tokens that were read.
  public let tokens: Int
  /// Of all targets of the split, as far as they were reached.
  public let predictions: Predictions
  /// Wall-clock seconds of the forward passes and scoring.
  public let seconds: Double
  /// The first that was not finite, after which nothing was scored: `loss`, `output` or a metric.
  public let broken: String?
  /// Where a model was scored by itself and its labels are spans.
  public internal(set) var spans: SpanCounts? = nil

  /// What a decoder writes is searched for on the test split alone; elsewhere the most probable token is taken at every step.
  ///
  /// - Parameters:
  ///   - limit: stop after the batch in which so many tokens are reached; nil for all.
  ///   - between: called before every batch.
  static func run(
    _ network: any Network, _ task: any Task, _ split: Split, _ batches: [Batch], _ worker: ShardWorker,
    limit: Int? = nil, between: () throws -> Void = {}
  ) throws -> Evaluation {
    var predictions = Predictions(of: task.targets(split))
    var (tokens, read) = (0, 0)
    let start = ContinuousClock.now
    var broken: String?
    for batch in batches {
      try between()
      let prediction = worker.evaluate(network, batch)
      broken = prediction.broken
      guard broken == nil else { break }
      predictions.add(batch, prediction)
      (tokens, read) = (tokens + batch.tokenCount, read + 1)
      if let limit, tokens >= limit { break }
    }
    if broken == nil, let writer = network as? EncoderDecoder {
      for batch in batches[..<read] {
        try between()
        predictions.add(batch, texts: writer.texts(batch, split == .test ? writer.search : writer.search.greedy))
      }
    }
    let scores = broken == nil ? task.scores(predictions, split) : [:]
    broken = broken ?? scores.keys.sorted().first { !scores[$0]!.isFinite }
    return Evaluation(
      scores: scores, tokens: tokens, predictions: predictions, seconds: (ContinuousClock.now - start).seconds,
      broken: broken)
  }
}
