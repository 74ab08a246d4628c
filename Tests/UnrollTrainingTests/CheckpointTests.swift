import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// Training that is stopped between any two steps, and goes on elsewhere, ends bit for bit as training that nobody disturbs.
@Suite struct CheckpointTests {
  private enum Kind: CaseIterable { case tagging, entities, classification, text, numbers, yesOrNo }

  /// Dropout of every kind, two shards, Adam, plateaus; stopped at moments that differ from case to case, in evaluations too.
  @Test(arguments: Small.backends) func everyBackendOnEveryTask(backend: String) throws {
    for kind in Kind.allCases {
      let setup = try Setup(kind, backend, CheckpointTests.options)
      let (whole, moments) = try setup.undisturbed()
      var random = RandomSource(seed: 7).split(backend).split("\(kind)")
      for _ in 0..<2 {
        let gaps = (0..<3).map { _ in Int.random(in: 1...moments / 3, using: &random) }
        #expect(try setup.stopped(after: gaps) == whole, "\(backend), \(kind), \(gaps)")
      }
    }
  }

  @Test(arguments: OptimiserOptions.Kind.allCases, TrainingOptions.Schedule.allCases)
  func everyMoment(optimiser: OptimiserOptions.Kind, schedule: TrainingOptions.Schedule) throws {
    var options = CheckpointTests.options
    (options.optimiser.kind, options.schedule) = (optimiser, schedule)
    options.warmup = 3
    (options.optimiser.momentum, options.optimiser.weightDecay) = (0.9, 0.01)
    let setup = try Setup(.text, "lstm", options)
    let (whole, moments) = try setup.undisturbed()
    for moment in 1...moments { #expect(try setup.stopped(after: [moment]) == whole, "\(moment) of \(moments)") }
  }

  /// Patience and the best weights go on from where they were.
  @Test func earlyStopping() throws {
    var options = CheckpointTests.options
    (options.epochs, options.patience, options.optimiser.learningRate) = (40, 3, 0.1)
    let setup = try Setup(.tagging, "gru", options)
    let (whole, moments) = try setup.undisturbed()
    #expect(whole.curve.count < 80 && whole.bestEpoch != whole.curve.last?.epoch)
    for moment in Array(stride(from: 1, through: moments, by: 7)) + Array(moments - 9...moments) {
      #expect(try setup.stopped(after: [moment]) == whole, "\(moment) of \(moments)")
    }
  }

  /// Nothing is kept in vain: whatever is changed in a checkpoint is seen in the end.
  @Test func everyPartCounts() throws {
    let setup = try Setup(.text, "lstm", CheckpointTests.options)
    let (whole, moments) = try setup.undisturbed()
    // In the middle of an epoch, and between two evaluations.
    let checkpoint = try #require(
      (moments / 2..<moments).lazy.compactMap { try? setup.checkpoint(after: $0) }.first {
        $0.progress.recent.count > 0 && (3..<$0.progress.epochBatches - 3).contains($0.progress.batches)
      })
    // Two layers with two slots each, in two shards.
    let carried = (0..<2).flatMap { shard in (0..<4).map { "carried.\(shard).\($0)" } }
    let names = ["best"] + carried + ["optimiser.first", "optimiser.second", "weights"]
    #expect(checkpoint.tensors.keys.sorted() == names)
    #expect(try setup.outcome(from: checkpoint) == whole)
    for name in names {
      var changed = checkpoint
      // Where training is over, no better weights come than the best so far.
      if name == "best" { changed.progress.epoch = CheckpointTests.options.epochs }
      let weights = try setup.outcome(from: changed).weights
      changed.tensors[name] = Buffer(count: checkpoint.tensors[name]!.count)
      #expect(try setup.outcome(from: changed).weights != weights, "\(name)")
    }
    let changes: [(inout Checkpoint.Progress) -> Void] = [
      { $0.epoch += 1 }, { $0.batches -= 1 }, { $0.steps += 1 }, { $0.tokens += 1 }, { $0.recent.loss += 1 },
      { $0.curve = [] },
    ]
    for (index, change) in changes.enumerated() {
      var changed = checkpoint
      change(&changed.progress)
      #expect(try setup.outcome(from: changed) != whole, "\(index)")
    }
  }

  @Test func frozenValuesAreNotKept() throws {
    let setup = try Setup(.entities, "gru", CheckpointTests.options)
    let (parameters, checkpoint) = (try setup.model(seed: 1).parameters, try setup.checkpoint(after: 20))
    #expect(parameters.trainedCount == parameters.count - 3 * 3)
    #expect(try type(of: setup.task).parameterCount(setup.recipe, withFrozen: true) == parameters.count)
    #expect(checkpoint.tensors.keys.sorted() == ["best", "optimiser.first", "optimiser.second", "weights"])
    #expect(checkpoint.tensors.values.allSatisfy { $0.count == parameters.trainedCount })
  }

  @Test func checkpointsOfOthersChangeNothing() throws {
    let checkpoint = try Setup(.tagging, "gru", CheckpointTests.options).checkpoint(after: 5)
    let other = try Setup(.tagging, "lstm", CheckpointTests.options)
    let model = try other.model(seed: 1)
    let before = model.weights
    let trainer = other.trainer(model, nil)
    let error = #expect(throws: InputError.self) { try trainer.goOn(from: checkpoint) }
    #expect(error?.message.hasPrefix("the checkpoint is of another network: it has no ") == true)
    #expect(model.weights == before)
  }

  private static let options: TrainingOptions = {
    var options = TrainingOptions()
    (options.epochs, options.evaluations, options.batch, options.chunk, options.shards) = (2, 2, 5, 4, 2)
    (options.schedule, options.plateauPatience, options.optimiser.learningRate) = (.plateau, 0, 0.02)
    return options
  }()

  /// All that training leaves but times, to the bit.
  private struct Left: Equatable {
    var curve: [CurvePoint]
    var bestEpoch: Double?
    var scores: [Split: [String: Double]]
    var classes: [Int32]?
    var numbers: [UInt32]?
    var losses: [UInt32]?
    var weights: [UInt32]

    init(_ outcome: TrainingOutcome, _ model: SequenceNetwork) {
      curve = outcome.curve.map {
        CurvePoint(
          epoch: $0.epoch, step: $0.step, tokens: $0.tokens, seconds: 0, trainingLoss: $0.trainingLoss,
          learningRate: $0.learningRate, development: $0.development)
      }
      (bestEpoch, scores) = (outcome.bestEpoch, outcome.scores)
      (classes, losses) = (outcome.test?.classes, outcome.test?.losses.map(\.bitPattern))
      numbers = outcome.test?.numbers.map(\.bitPattern)
      weights = model.weights.map(\.bitPattern)
    }
  }

  /// Ends training when it has been asked so often; keeps the last checkpoint.
  private final class Stop: Checkpointer {
    private var rest: Int
    private(set) var asked = 0
    private(set) var last: Checkpoint?

    init(after moments: Int) { rest = moments }

    var isEnding: Bool {
      (asked, rest) = (asked + 1, rest - 1)
      return rest <= 0
    }

    func isDue(evaluated: Bool) -> Bool { false }

    func keep(_ checkpoint: Checkpoint) {
      last = Checkpoint(progress: checkpoint.progress, tensors: checkpoint.tensors.mapValues { Buffer(copying: $0) })
    }
  }

  private struct Setup {
    let task: any Task
    let options: TrainingOptions
    let recipe: NetworkRecipe

    init(_ kind: Kind, _ backend: String, _ options: TrainingOptions) throws {
      self.options = options
      var settings = try Small.backend(backend, width: 5, miniature: true)
      (settings.stack.layers, settings.stack.dropout) = (2, 0.2)
      let data: EncodedData
      switch kind {
      case .tagging, .entities:
        data = try Small.tagged(
          Small.sentences(31), development: Small.sentences(9, seed: 8), spelled: kind == .entities)
        task = Tagging(data, characters: false)
      case .classification:
        data = try Small.labelled(Small.texts(31), development: Small.texts(9, seed: 8))
        task = Classification(data, characters: false)
      case .text:
        data = try Small.text(
          String(repeating: "so wie es einmal war, so war es nie; ", count: 4), test: "was war nun es, und wie so?!")
        task = try LanguageModelling(data, characters: true)
      case .numbers, .yesOrNo:
        data = try Setup.series(31)
        task = kind == .numbers ? Regression(data, characters: false) : try MultiLabel(data, characters: false)
      }
      var model = ModelOptions(for: type(of: task), numbers: kind == .numbers || kind == .yesOrNo)
      model.embedding = 6
      (model.embeddingDropout, model.outputDropout) = (0.2, 0.2)
      if kind == .entities {
        let words = """
          {inputs: [words, {input: vectors, file: v.txt, trained: false}, \
          {input: characters, embedding: 4, backend: {backend: gru, width: 3}}], head: crf}
          """
        try model.apply(try Setting(yaml: words, file: "s.yaml").entries(""), "model")
      }
      var known = task.data(of: data)
      known.vectors = KnownVectors(words: ["w1", "w7"], width: 3, values: [1, -2, 3, 0.5, 0.25, -1])
      recipe = NetworkRecipe(model, settings, type(of: task).reading, known)
    }

    /// Two columns of zeros and ones, asked for those of the step before.
    private static func series(_ count: Int) throws -> EncodedData {
      var random = RandomSource(seed: 4)
      let columns = SeriesColumns(inputs: ["a", "b"], target: .numbers(["c", "d"]))
      let items = (0..<count).map { _ in
        let a = (0..<14).map { _ in Float(random.below(2)) }
        return NumberSequence(columns: columns, inputs: a, targets: a.indices.map { $0 < 2 ? a[$0] : a[$0 - 2] })
      }
      return try Small.series(Splits(train: items, development: Array(items[..<9]), test: Array(items[9..<18])))
    }

    func model(seed: UInt64) throws -> SequenceNetwork {
      try SequenceNetwork(recipe, random: RandomSource(seed: seed))
    }

    func trainer(_ model: SequenceNetwork, _ checkpointer: (any Checkpointer)?) -> Trainer {
      Trainer(model, task, options, random: RandomSource(seed: 3), checkpointer: checkpointer)
    }

    /// And how often a checkpointer is asked.
    func undisturbed() throws -> (Left, moments: Int) {
      let (model, stop) = (try model(seed: 1), Stop(after: .max))
      let outcome = try trainer(model, stop).train()
      #expect(!outcome.isInterrupted && outcome.divergence == nil)
      return (Left(outcome, model), stop.asked)
    }

    func checkpoint(after moments: Int) throws -> Checkpoint {
      let stop = Stop(after: moments)
      #expect(try trainer(model(seed: 1), stop).train().isInterrupted)
      return stop.last!
    }

    /// To the end; the weights that the model begins with are others.
    func outcome(from checkpoint: Checkpoint) throws -> Left {
      let model = try model(seed: 2)
      let trainer = trainer(model, nil)
      try trainer.goOn(from: checkpoint)
      return Left(try trainer.train(), model)
    }

    /// Stopped again and again, each time after so many moments.
    func stopped(after gaps: [Int]) throws -> Left {
      var checkpoint = try checkpoint(after: gaps[0])
      for gap in gaps.dropFirst() {
        let stop = Stop(after: gap)
        let trainer = trainer(try model(seed: 2), stop)
        try trainer.goOn(from: checkpoint)
        if try trainer.train().isInterrupted { checkpoint = stop.last! }
      }
      return try outcome(from: checkpoint)
    }
  }
}
