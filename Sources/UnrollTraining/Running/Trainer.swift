import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// One evaluation on the development split during training.
public struct CurvePoint: Sendable {
  /// Epochs so far, with a fraction inside of one.
  public let epoch: Double
  /// Steps so far.
  public let step: Int
  /// Training tokens so far.
  public let tokens: Int
  /// Training time so far, without evaluation.
  public let seconds: Double
  /// Mean over the targets since the last point, nats.
  public let trainingLoss: Double
  /// Of the last step.
  public let learningRate: Double
  /// Metric name to value.
  public let development: [String: Double]
}

/// What training left.
public struct TrainingOutcome: Sendable {
  /// In the order of the evaluations.
  public var curve: [CurvePoint] = []
  /// Where the weights come from that were kept.
  public var bestEpoch: Double?
  /// Scores on development, test (once, at the end) and a fixed sample of train, of the best weights.
  public var scores: [Split: [String: Double]] = [:]
  /// Of the test split, by the best weights; nil where training broke before.
  public var test: Predictions?
  public var trainingTokensPerSecond = 0.0
  public var inferenceTokensPerSecond = 0.0
  /// What ended training early, if anything did.
  public var divergence: Divergence?

  public init() {}
}

/// Trains one network on one task: epochs, evaluations, early stopping, the best weights, the test split once at the end.
public final class Trainer {
  private let task: any Task
  private let options: TrainingOptions
  private let step: TrainingStep
  private let random: RandomSource
  private let evaluator: ShardWorker
  /// What the best weights are the best in.
  private let selecting: Metric
  private let report: (CurvePoint) -> Void
  /// The same at every evaluation.
  private lazy var development = task.batches(.development, options, nil)

  private var outcome = TrainingOutcome()
  private var best: (score: Double, weights: [Float])?
  private var stalled = 0
  private var (steps, tokens, seconds) = (0, 0, 0.0)
  private var recent = LossSums()

  /// - Parameters:
  ///   - random: the run's; order, dropout and word dropout take their own splits.
  ///   - report: called after every evaluation.
  public init(
    _ network: any Network, _ task: any Task, _ options: TrainingOptions, random: RandomSource, threads: Int = 1,
    report: @escaping (CurvePoint) -> Void = { _ in }
  ) {
    self.task = task
    self.options = options
    self.random = random
    self.report = report
    step = TrainingStep(network, options, threads: threads)
    evaluator = ShardWorker(parameters: 0)
    selecting = task.metrics.first { $0.name == options.select } ?? task.metrics[0]
  }

  /// Trains to the end, or to the end of patience, and leaves the network with its best weights; or to a divergence.
  public func train() -> TrainingOutcome {
    do {
      try runEpochs()
      try finish()
    } catch let divergence as Divergence {
      outcome.divergence = divergence
    } catch {
      preconditionFailure("training throws divergence alone: \(error)")
    }
    outcome.trainingTokensPerSecond = seconds > 0 ? Double(tokens) / seconds : 0
    return outcome
  }

  private func runEpochs() throws {
    var rate = LearningRate(options)
    for epoch in 0..<options.epochs {
      let batches = task.batches(.train, options, random.split("order").split(epoch))
      rate.totalSteps = batches.count * options.epochs
      let marks = Set((1...options.evaluations).map { $0 * batches.count / options.evaluations })
      for (index, batch) in batches.enumerated() {
        try trainOn(batch, rate.rate(steps))
        guard marks.contains(index + 1) else { continue }
        let progress = Double(epoch) + Double(index + 1) / Double(batches.count)
        try step.checkWeights()
        let improved = try evaluate(progress, rate.rate(steps - 1))
        rate.evaluated(improved: improved)
        if options.patience > 0 && stalled >= options.patience { return }
      }
    }
  }

  private func trainOn(_ batch: Batch, _ rate: Double) throws {
    let start = ContinuousClock.now
    let dropped = step.network.corrupted(batch, random.split("word dropout").split(steps))
    recent += try step.run(dropped, learningRate: rate, random.split("dropout").split(steps))
    steps += 1
    tokens += batch.tokens.count
    seconds += (ContinuousClock.now - start).seconds
  }

  /// Scores development; keeps the weights when they are the best so far.
  private func evaluate(_ epoch: Double, _ rate: Double) throws -> Bool {
    let evaluation = try scored(.development, development)
    let point = CurvePoint(
      epoch: epoch, step: steps, tokens: tokens, seconds: seconds, trainingLoss: recent.mean, learningRate: rate,
      development: evaluation.scores)
    recent = LossSums()
    outcome.curve.append(point)
    report(point)
    let score = evaluation.scores[selecting.name] ?? .nan
    let improved = selecting.isBetter(score, than: best?.score)
    if improved {
      best = (score, step.network.parameters.values.row.array)
      outcome.bestEpoch = epoch
      outcome.scores[.development] = evaluation.scores
    }
    stalled = improved ? 0 : stalled + 1
    return improved
  }

  /// Back to the best weights; the test split is scored here and nowhere else.
  private func finish() throws {
    let network = step.network
    if let best {
      network.parameters.values.row.assign(best.weights)
      network.parameters.changed()
    }
    let test = try scored(.test, task.batches(.test, options, nil))
    let sample = task.trainingSample(options, random.split("training sample"))
    outcome.scores[.train] = try scored(.train, sample, limit: test.tokens).scores
    (outcome.scores[.test], outcome.test) = (test.scores, test.predictions)
    outcome.inferenceTokensPerSecond = Double(test.tokens) / max(test.seconds, 1e-9)
  }

  /// - Throws: `Divergence` where the network says something else than numbers.
  private func scored(_ split: Split, _ batches: [Batch], limit: Int? = nil) throws -> Evaluation {
    let evaluation = Evaluation.run(step.network, task, split, batches, evaluator, limit: limit)
    if let broken = evaluation.broken { throw Divergence(step: steps, tensor: broken, split: split) }
    return evaluation
  }
}

/// As points stand in records.
extension CurvePoint: Codable, Equatable {}
