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
  /// Of the steps since the last point; absent where `diagnosis` does not ask.
  public var gradients: GradientNorms?
  /// Of the network as it was; absent where `diagnosis` does not ask.
  public var diagnosis: Diagnosis.Summary?
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
  /// Over the time of training alone, without evaluation; 0 where there was no step.
  public var trainingTokensPerSecond = 0.0
  /// On the test split, batch by batch; 0 where training broke before.
  public var inferenceTokensPerSecond = 0.0
  /// What ended training early, if anything did.
  public var divergence: Divergence?
  /// Of the steps since the last evaluation, where training broke; absent where `diagnosis` does not ask.
  public var gradients: GradientNorms?
  /// Epochs so far, with a fraction inside of one.
  public var epochs = 0.0
  /// Whether the checkpointer has ended it: it may go on from the last checkpoint.
  public var isInterrupted = false

  package init() {}
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

  private let checkpointer: (any Checkpointer)?

  private var outcome = TrainingOutcome()
  private var progress = Checkpoint.Progress()
  private var rate: LearningRate
  private var best: (score: Double?, weights: Buffer?)
  private var stalled = 0

  /// - Parameters:
  ///   - network: changed in place.
  ///   - task: of the data that it is trained on.
  ///   - options: how it is trained.
  ///   - random: the run's; order, dropout and word dropout take their own splits.
  ///   - threads: at most as many as `shards` are used.
  ///   - checkpointer: keeps checkpoints; nil for none.
  ///   - report: called after every evaluation.
  public init(
    _ network: any Network, _ task: any Task, _ options: TrainingOptions, random: RandomSource, threads: Int = 1,
    checkpointer: (any Checkpointer)? = nil, report: @escaping (CurvePoint) -> Void = { _ in }
  ) {
    self.task = task
    self.options = options
    self.random = random
    self.report = report
    self.checkpointer = checkpointer
    rate = LearningRate(options)
    step = TrainingStep(network, options, threads: threads)
    evaluator = ShardWorker(parameters: 0)
    selecting = task.metrics.first { $0.name == options.select } ?? task.metrics[0]
  }

  /// Trains to the end, or to the end of patience or time, and leaves the network with its best weights; or to a divergence, or until the
  /// checkpointer ends it.
  ///
  /// - Throws: `InputError` where development has no case of the metric that selects.
  public func train() throws -> TrainingOutcome {
    do {
      try runEpochs()
      try finish()
    } catch let divergence as Divergence {
      (outcome.divergence, outcome.gradients) = (divergence, progress.gradients)
    } catch is Interrupted {
      outcome.isInterrupted = true
    }
    (outcome.curve, outcome.epochs) = (progress.curve, progress.epochs)
    outcome.trainingTokensPerSecond = progress.seconds > 0 ? Double(progress.tokens) / progress.seconds : 0
    return outcome
  }

  private func runEpochs() throws {
    while progress.epoch < options.epochs {
      let batches = task.batches(.train, options, random.split("order").split(progress.epoch))
      progress.epochBatches = batches.count
      rate.totalSteps = batches.count * options.epochs
      let marks = Set((1...options.evaluations).map { $0 * batches.count / options.evaluations })
      while true {
        // A checkpoint may have been made before an evaluation or after it.
        if progress.batches > 0, marks.contains(progress.batches), progress.curve.last?.step != progress.steps {
          try evaluate()
          try pause(evaluated: true)
        }
        if options.patience > 0 && stalled >= options.patience { return }
        if options.seconds > 0, progress.seconds >= options.seconds, progress.curve.last?.step == progress.steps {
          return
        }
        guard progress.batches < batches.count else { break }
        try trainOn(batches[progress.batches])
        try pause()
      }
      (progress.epoch, progress.batches) = (progress.epoch + 1, 0)
    }
  }

  private func trainOn(_ batch: Batch) throws {
    let (start, steps) = (ContinuousClock.now, progress.steps)
    let dropped = step.network.corrupted(batch, random.split("word dropout").split(steps))
    progress.recent += try step.run(
      dropped, learningRate: rate.rate(steps), random.split("dropout").split(steps))
    if options.diagnosis {
      progress.gradients = progress.gradients ?? GradientNorms()
      progress.gradients?.add(step.gradientNorm, maximum: options.clip)
    }
    progress.steps += 1
    progress.batches += 1
    progress.tokens += batch.tokenCount
    progress.seconds += (ContinuousClock.now - start).seconds
  }

  /// Scores development; keeps the weights when they are the best so far.
  private func evaluate() throws {
    try step.checkWeights()
    let evaluation = try scored(.development, development)
    guard evaluation.scores[selecting.name] != nil else {
      throw InputError(
        "training selects by \(selecting.name), and the development split has no case of it; set training.select to a metric that it has: \(evaluation.scores.keys.sorted().joined(separator: ", "))"
      )
    }
    let point = CurvePoint(
      epoch: progress.epochs, step: progress.steps, tokens: progress.tokens, seconds: progress.seconds,
      trainingLoss: progress.recent.mean, learningRate: rate.rate(progress.steps - 1), development: evaluation.scores,
      gradients: progress.gradients,
      diagnosis: options.diagnosis ? Diagnosis(step.network, development: development)?.summary : nil)
    (progress.recent, progress.gradients) = (LossSums(), nil)
    progress.curve.append(point)
    report(point)
    guard count(point) else { return }
    let weights = best.weights ?? Buffer(count: step.network.parameters.count)
    Kernels.copy(step.network.parameters.values.row, to: weights.row)
    best.weights = weights
  }

  /// What hangs on the points of the curve alone. True for the best so far.
  private func count(_ point: CurvePoint) -> Bool {
    let score = point.development[selecting.name] ?? .nan
    let improved = selecting.isBetter(score, than: best.score)
    if improved {
      best.score = score
      outcome.bestEpoch = point.epoch
      outcome.scores[.development] = point.development
    }
    stalled = improved ? 0 : stalled + 1
    rate.evaluated(improved: improved)
    return improved
  }

  /// Back to the best weights; the test split is scored here and nowhere else.
  private func finish() throws {
    let network = step.network
    if let weights = best.weights {
      Kernels.copy(weights.row, to: network.parameters.values.row)
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
    let evaluation = try Evaluation.run(step.network, task, split, batches, evaluator, limit: limit) {
      if checkpointer?.isEnding == true { try pause() }
    }
    if let broken = evaluation.broken { throw Divergence(step: progress.steps, tensor: broken, split: split) }
    return evaluation
  }
}

extension Trainer {
  private struct Interrupted: Error {}

  /// Hands out where training stands, where that is asked for.
  private func pause(evaluated: Bool = false) throws {
    guard let checkpointer else { return }
    let isEnding = checkpointer.isEnding
    guard isEnding || checkpointer.isDue(evaluated: evaluated) else { return }
    let parameters = step.network.parameters
    var tensors = step.kept
    tensors["weights"] = parameters.trained(of: parameters.values)
    tensors["best"] = best.weights.map(parameters.trained)
    checkpointer.keep(Checkpoint(progress: progress, tensors: tensors))
    if isEnding { throw Interrupted() }
  }

  /// Goes on from where another trainer of the same network, task, options and randomness was. To be called before `train`.
  ///
  /// - Throws: `InputError` for a checkpoint of another network or optimiser; nothing is changed then.
  public func goOn(from checkpoint: Checkpoint) throws {
    let (parameters, tensors) = (step.network.parameters, checkpoint.tensors)
    var needed = step.kept
    needed["weights"] = parameters.trained(of: parameters.values)
    for (name, own) in needed where tensors[name]?.count != own.count {
      throw InputError("the checkpoint is of another network: it has no \(name) of \(own.count) values")
    }
    for point in checkpoint.progress.curve { _ = count(point) }
    progress = checkpoint.progress
    parameters.put(tensors["weights"]!, into: parameters.values)
    parameters.changed()
    best.weights = tensors["best"].map { trained in
      let weights = Buffer(copying: parameters.values)
      parameters.put(trained, into: weights)
      return weights
    }
    step.goOn(from: tensors, steps: progress.steps)
  }
}

/// As points stand in records.
extension CurvePoint: Codable, Equatable {}
