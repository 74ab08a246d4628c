import Testing
import UnrollCore
import UnrollData
import UnrollKernels

@testable import UnrollTraining

/// A whole training: when it stops, which weights it keeps, what it looks at.
@Suite struct TrainerTests {
  private let data = Result {
    try Small.tagged(Small.sentences(40), development: Small.sentences(9, seed: 8), test: Small.sentences(9, seed: 9))
  }

  @Test func theBestWeightsComeBack() throws {
    let run = try train(script: [0.2, 0.5, 0.4, 0.5, 0.1], epochs: 5)
    #expect(run.outcome.curve.map { $0.development["accuracy"] } == [0.2, 0.5, 0.4, 0.5, 0.1])
    #expect(run.outcome.bestEpoch == 2, "the first of equals")
    #expect(run.outcome.scores[.development] == ["accuracy": 0.5])
    #expect(run.model.weights == run.weights[1])
    #expect(run.weights[1] != run.weights[2])
  }

  @Test func stopsWhenPatienceEnds() throws {
    let scores = [0.2, 0.5, 0.4, 0.45, 0.9]
    #expect(try train(script: scores, epochs: 5, patience: 2).outcome.curve.count == 4)
    #expect(try train(script: scores, epochs: 5, patience: 3).outcome.curve.count == 5)
    #expect(try train(script: scores, epochs: 5, patience: 0).outcome.curve.count == 5)
  }

  /// At an evaluation, never between two.
  @Test(arguments: [(1, 1.0), (4, 0.25)]) func stopsWhenTimeIsUp(evaluations: Int, epoch: Double) throws {
    let run = try train(script: [], epochs: 3, evaluations: evaluations, seconds: 1e-9)
    #expect(run.outcome.curve.map(\.epoch) == [epoch] && run.outcome.scores[.test] != nil)
    #expect(run.weights[0] == run.model.weights && !run.outcome.isInterrupted)
    #expect(try train(script: [], epochs: 3, seconds: 1e6).outcome.curve.count == 3)
  }

  /// Not only in the script: the kept weights have the scores of the best point of the curve.
  @Test func keptWeightsHaveTheBestScore() throws {
    let run = try train(script: [], epochs: 12, rate: 0.3)
    let curve = run.outcome.curve.map { $0.development["accuracy"]! }
    let best = try #require(curve.max())
    #expect(curve.last! < best, "the last point is not the best, or this shows nothing")
    let again = try Evaluation.run(
      run.model, run.task, .development, run.task.batches(.development, run.options, nil), ShardWorker(parameters: 0))
    #expect(again.scores == run.outcome.scores[.development])
    #expect(again.scores["accuracy"] == best)
  }

  /// Training anew in every epoch, development once, the test split at the end.
  @Test func everySplitIsAskedForAsOftenAsItChanges() throws {
    let splits = try train(script: [], epochs: 3, evaluations: 2).task.log.splits
    #expect(splits == [.train, .development, .train, .train, .test, .train], "the last is the sample of training")
  }

  @Test func severalEvaluationsAnEpoch() throws {
    let outcome = try train(script: [], epochs: 2, evaluations: 4).outcome
    #expect(
      outcome.curve.map(\.epoch) == [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2].map { ($0 * 20).rounded(.down) / 20 })
    let steps = outcome.curve.map(\.step)
    #expect(steps == [5, 10, 15, 20, 25, 30, 35, 40])
    #expect(outcome.curve.last!.tokens == 2 * outcome.curve[3].tokens)
  }

  @Test func moreEvaluationsThanBatches() throws {
    #expect(try train(script: [], epochs: 1, evaluations: 1000).outcome.curve.count == 20)
  }

  @Test func sameSeedSameRun() throws {
    let (one, two) = (try train(script: [], epochs: 2), try train(script: [], epochs: 2))
    #expect(one.model.weights == two.model.weights)
    #expect(one.outcome.scores == two.outcome.scores)
    #expect(try train(script: [], epochs: 2, seed: 2).model.weights != one.model.weights)
  }

  private struct Run {
    let outcome: TrainingOutcome
    let model: SequenceNetwork
    let task: SpyTask
    let options: TrainingOptions
    /// At every point of the curve.
    let weights: [[Float]]
  }

  private func train(
    script: [Double], epochs: Int, patience: Int = 0, evaluations: Int = 1, rate: Double = 0.02, seed: UInt64 = 1,
    seconds: Double = 0
  ) throws -> Run {
    let data = try self.data.get()
    let task = SpyTask(data, script: script)
    let model = try Small.model(data, task, try Small.backend("gru", width: 5), dropout: 0.2, wordDropout: 0.25)
    var options = TrainingOptions()
    (options.epochs, options.patience, options.evaluations, options.batch) = (epochs, patience, evaluations, 2)
    (options.optimiser.learningRate, options.seconds) = (rate, seconds)
    var weights: [[Float]] = []
    let trainer = Trainer(model, task, options, random: RandomSource(seed: seed)) { _ in weights.append(model.weights) }
    return Run(outcome: try trainer.train(), model: model, task: task, options: options, weights: weights)
  }
}

/// Numbers that run away end the run, not the program.
@Suite struct DivergenceTests {
  @Test(arguments: Small.backends, [1e30, 1e39])
  func endsWithStepAndTensor(backend: String, rate: Double) throws {
    let data = try Small.tagged(Small.sentences(20))
    let task = Tagging(data, characters: false)
    let model = try Small.model(data, task, try Small.backend(backend, width: 5))
    var options = TrainingOptions()
    (options.epochs, options.batch, options.optimiser.learningRate) = (3, 4, rate)
    options.optimiser.kind = .sgd
    options.clip = 0
    let outcome = try Trainer(model, task, options, random: RandomSource(seed: 1)).train()
    guard let divergence = outcome.divergence else {
      // Weights of 1e30 are numbers still, and saturated cells bear them; those of 1e39 are none.
      #expect(rate == 1e30 && backend != "ssm")
      #expect(outcome.curve.count == 3 && Set(outcome.scores.keys) == Set(Split.allCases))
      #expect(outcome.scores.values.flatMap(\.values).allSatisfy { $0.isFinite })
      return
    }
    #expect(divergence.step < 15)
    let names = model.parameters.list.map(\.name)
    #expect(names.contains { divergence.tensor.hasSuffix($0) } || divergence.tensor == "loss")
    #expect(outcome.scores[.test] == nil)
  }

  /// One step only, after which every weight is a number and no output is.
  @Test(arguments: ["mamba", "lru", "ssm"])
  func outputsThatAreNoNumbersAreNoClass(backend: String) throws {
    let data = try Small.tagged(Small.sentences(4))
    let task = Tagging(data, characters: false)
    let model = try Small.model(data, task, try Small.backend(backend, width: 5))
    var options = TrainingOptions()
    (options.epochs, options.batch, options.optimiser.learningRate) = (1, 4, 1000)
    let outcome = try Trainer(model, task, options, random: RandomSource(seed: 1)).train()
    let divergence = try #require(outcome.divergence)
    #expect(divergence.split == .development && divergence.step == 1)
    #expect(outcome.scores.isEmpty)
  }

  /// Short sentences are numbers and a long one is not: what is held out is not scored as if its class were the first.
  @Test(arguments: [Split.development, .test])
  func heldOutSentencesThatOverflow(split: Split) throws {
    let long = String(repeating: "a/x ", count: 3000)
    let data = try Small.tagged(
      "a/x b/y\nb/y", development: split == .development ? long : "a/x", test: split == .test ? long : "a/x")
    let task = Tagging(data, characters: false)
    var settings = try Small.backend("rnn", width: 5)
    try settings.apply(try Setting(yaml: "{activation: relu}", file: "").entries(""))
    let model = try Small.model(data, task, settings)
    // Positive weights, of which the recurrent ones make a state five times as large in a step.
    model.parameters.values.row.fill(1)
    model.parameters.changed()
    var options = TrainingOptions()
    (options.epochs, options.optimiser.learningRate) = (1, 0)
    let outcome = try Trainer(model, task, options, random: RandomSource(seed: 1)).train()
    #expect(outcome.divergence == Divergence(step: 1, tensor: "loss", split: split))
    #expect(outcome.scores[.test] == nil && outcome.scores[.train] == nil)
    #expect(
      outcome.divergence?.sentence == "training diverged at step 1: loss on the \(split.rawValue) split is not finite")
  }

  /// A score that is no number ends the run as well: a mean over seeds would go on without it.
  @Test func scoresThatAreNoNumbers() throws {
    let data = try Small.tagged(Small.sentences(10))
    let task = SpyTask(data, script: [0.5, .nan])
    let model = try Small.model(data, task, try Small.backend("gru", width: 5))
    var options = TrainingOptions()
    options.epochs = 3
    let outcome = try Trainer(model, task, options, random: RandomSource(seed: 1)).train()
    #expect(outcome.divergence == Divergence(step: 2, tensor: "accuracy", split: .development))
  }

  /// One step only: no later step sees the weights it left.
  @Test(arguments: Small.backends)
  func theLastStepCountsToo(backend: String) throws {
    let data = try Small.tagged(Small.sentences(4))
    let task = Tagging(data, characters: false)
    let model = try Small.model(data, task, try Small.backend(backend, width: 5))
    var options = TrainingOptions()
    (options.epochs, options.batch, options.optimiser.learningRate) = (1, 4, .greatestFiniteMagnitude)
    let outcome = try Trainer(model, task, options, random: RandomSource(seed: 1)).train()
    #expect(outcome.divergence != nil)
    #expect(outcome.scores[.test] == nil)
  }
}
