import Testing
import UnrollCore
import UnrollData
import UnrollKernels

@testable import UnrollTraining

/// State goes from chunk to chunk: how a text is cut changes nothing.
@Suite struct CarriedStateTests {
  @Test(arguments: Small.backends, [1, 3])
  func chunksEqualTheWholeText(backend: String, columns: Int) throws {
    let data = try Small.text("so wie es einmal war, so war es nie; und nun?", test: "was war nun es, und wie so?!")
    let task = try LanguageModelling(data, characters: true)
    guard case .stream(let stream) = data.corpus else { preconditionFailure("text") }
    let model = try Small.model(data, task, try Small.backend(backend, width: 7, miniature: true))
    // Larger weights, so that what was read long ago counts. (The small group is a state space's system.)
    for parameter in model.parameters.list where model.parameters.groups[parameter.group].learningRateFactor == 1 {
      Kernels.scale(model.parameters.value(parameter), by: 2)
    }
    model.parameters.changed()
    let whole = evaluate(model, stream.test, columns, chunk: 1000)
    let cut = evaluate(model, stream.test, columns, chunk: 5)
    #expect(whole.batches == 1 && cut.batches > 1)
    #expect(abs(whole.loss - cut.loss) < 3e-6 * whole.loss)
    let forgetful = evaluate(model, stream.test, columns, chunk: 5, forgetting: true)
    #expect(abs(whole.loss - forgetful.loss) > 1e-4 * whole.loss, "the test can tell a carried state from none")
  }

  /// Nobody computes, copies or writes into a checkpoint what nobody reads.
  @Test func onlyWhatGoesOnIsKept() throws {
    let data = try Small.text("so wie es einmal war", test: "was war es")
    let model = try Small.model(data, try LanguageModelling(data, characters: true), try Small.backend("gru", width: 7))
    guard case .stream(let stream) = data.corpus else { preconditionFailure("text") }
    for (chunk, slots) in [(1000, 0), (3, 1)] {
      let worker = ShardWorker(parameters: model.parameters.count)
      for batch in StreamBatcher(tokens: stream.test).batches(columns: 1, chunk: chunk) {
        worker.train(model, batch, weight: 1, RandomSource(seed: 0))
      }
      #expect(worker.carried.count == slots)
    }
  }

  private func evaluate(
    _ model: SequenceNetwork, _ tokens: [Int32], _ columns: Int, chunk: Int, forgetting: Bool = false
  ) -> (loss: Double, batches: Int) {
    let worker = ShardWorker(parameters: 0)
    let batches = StreamBatcher(tokens: tokens).batches(columns: columns, chunk: chunk)
    var sums = LossSums()
    for batch in batches {
      sums +=
        worker.evaluate(model, forgetting ? Batch(batch.steps, tokens: batch.tokens, targets: batch.targets) : batch)
        .sums
    }
    return (sums.loss, batches.count)
  }
}

/// Text that is scored is read in one way.
@Suite struct ScoredTextTests {
  /// Untrained weights have one score, whatever batches and chunks training would take.
  @Test(arguments: [(1, 16), (8, 5), (64, 200)])
  func trainingOptionsDoNotChangeAScore(batch: Int, chunk: Int) throws {
    let text = String(repeating: "so wie es einmal war, so war es nie; und nun? ", count: 60)
    let data = try Small.text(text)
    let task = try LanguageModelling(data, characters: true)
    let model = try Small.model(data, task, try Small.backend("lstm", width: 7))
    func outcome(_ batch: Int, _ chunk: Int) throws -> TrainingOutcome {
      var options = TrainingOptions()
      (options.epochs, options.batch, options.chunk) = (1, batch, chunk)
      options.optimiser.learningRate = 0
      return try Trainer(model, task, options, random: RandomSource(seed: 1)).train()
    }
    #expect(try outcome(batch, chunk).scores == outcome(4, 16).scores)
  }

  @Test(arguments: [(2, 1), (500, 1), (501, 2), (8001, 32), (300_000, 32)])
  func columnsAreLong(tokens: Int, columns: Int) {
    let text = StreamBatcher(tokens: (0..<Int32(tokens)).map { $0 })
    let batches = text.scored(classes: 100)
    #expect(batches[0].steps.sequences == columns)
    let rows = text.scored(classes: 50_000).map(\.tokens.count).max()!
    #expect(rows * 50_000 <= 1 << 24 && rows <= batches[0].tokens.count)
    #expect(batches.map(\.continues) == batches.indices.map { $0 > 0 })
    #expect(batches.reduce(0) { $0 + $1.targets.count } == tokens - 1)
  }

  /// Of "xabz" training knows a and b: a third token makes the score no worse than the two.
  @Test func whatTrainingCannotKnowIsNotAskedFor() throws {
    let task = try LanguageModelling(try Small.text("aabac", test: "xabz"), characters: true)
    let batches = task.batches(.test, TrainingOptions(), nil)
    #expect(batches.map(\.tokens) == [[0, 1, 2]])
    #expect(batches.map(\.targets) == [[1, 2, Kernels.ignoredTarget]])
    let corpus = Corpus.text(
      Splits(train: "aabac".map { String($0) }, development: ["a", "b"], test: "xabz".map { String($0) }))
    let cut = try EncodedData(
      corpus, vocabulary: Vocabulary(counting: corpus, minimumCount: 2), labels: LabelSet([]))
    let trained = try LanguageModelling(cut, characters: true)
    #expect(trained.batches(.test, TrainingOptions(), nil).map(\.targets) == [[1, 0, 0]])
    #expect(cut.corpus.unknownShares == [.train: 0.4, .development: 0.5, .test: 0.75])
  }

  /// Sentences of known and of new words by turns: training on goes on lowering test nats, since nobody is asked for new words.
  @Test func unknownWordsDoNotMakeTrainingWorse() throws {
    let data = try Small.text(
      String(repeating: "abcd", count: 40), test: String(repeating: "abcdabxycd", count: 4))
    let task = try LanguageModelling(data, characters: true)
    func nats(_ epochs: Int) throws -> Double {
      let model = try Small.model(data, task, try Small.backend("gru", width: 12), wordDropout: 0.25)
      var options = TrainingOptions()
      (options.epochs, options.batch, options.chunk, options.optimiser.learningRate) = (epochs, 4, 16, 0.02)
      let outcome = try Trainer(model, task, options, random: RandomSource(seed: 1)).train()
      return try #require(outcome.scores[.test]?["nats-per-token"])
    }
    let (few, more) = (try nats(3), try nats(30))
    #expect(more < few)
  }

  @Test func nothingToAskForIsASentence() throws {
    let error = #expect(throws: InputError.self) {
      try LanguageModelling(try Small.text("aabac", test: "axyz"), characters: true)
    }
    #expect(
      error?.description
        == "training has none of the tokens that the test split asks for: give more text, or raise minimum_count")
  }
}
