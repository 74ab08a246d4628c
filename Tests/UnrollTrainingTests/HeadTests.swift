import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// What heads say.
@Suite struct HeadTests {
  private static let entities = "a/O Bob/B-P Lee/I-P b/O\nRome/B-L a/O\nAnn/B-P b/O Oslo/B-L"

  private func network(
    _ head: some HeadOptions, _ data: EncodedData, _ task: some Task, width: Int = 6, embedding: Int = 6
  ) throws -> SequenceNetwork {
    var options = ModelOptions()
    (options.head, options.embedding, options.wordDropout) = (head, embedding, 0)
    return try SequenceNetwork(
      NetworkRecipe(options, try Small.backend("gru", width: width), type(of: task).reading, task.data(of: data)),
      random: RandomSource(seed: 3))
  }

  /// Whatever the weights are, no sequence breaks the scheme of its labels; with all transitions some do.
  @Test(arguments: [true, false]) func fieldsKeepTheScheme(scheme: Bool) throws {
    let data = try Small.tagged(Self.entities)
    let task = Tagging(data, characters: false)
    #expect(task.spans == .bio)
    var options = ConditionalRandomFieldHeadOptions()
    if !scheme { options.transitions = .all }
    let network = try network(options, data, task)
    let rules = SpanRules(.bio, data.labels.names.compactMap(SpanTag.init))
    var (broken, random) = (0, RandomSource(seed: 1))
    for _ in 0..<40 {
      for index in 0..<network.parameters.count {
        network.parameters.values.row[0, index] = Float(3 * random.normal())
      }
      network.parameters.changed()
      let batch = task.batches(.train, TrainingOptions(), nil)[0]
      let prediction = self.predict(network, batch)
      for sequence in batch.unpacked(prediction.classes) { broken += rules.broken(in: sequence).count }
    }
    #expect((broken == 0) == scheme)
  }

  /// What training has in spite of the scheme is no longer forbidden, all else still is; also in a model that comes back from its file.
  @Test(
    arguments: [
      ("\(HeadTests.entities)\nLee/I-P b/O", InvalidTransition(from: nil, to: 2)),
      ("\(HeadTests.entities)\na/O Lee/I-P", InvalidTransition(from: 3, to: 2)),
      ("a/O Bob/B-P Lee/E-P\nRome/S-L\nb/O Ann/B-P", InvalidTransition(from: 0, to: nil)),
    ])
  func whatTrainingHasIsNotForbidden(text: String, invalid: InvalidTransition) throws {
    let data = try Small.tagged(text)
    var options = ModelOptions()
    options.head = ConditionalRandomFieldHeadOptions()
    let (file, network) = try ModelFileTests.model(data, Tagging.self, model: options)
    let read = try ModelFile(try file.encoded(), file: "m")
    #expect(read.data.invalidTransitions == [invalid])
    let (own, scheme) = (try #require(read.data.spanRules), try #require(read.data.spans))
    let strict = SpanRules(scheme, data.labels.names.compactMap(SpanTag.init))
    func allowed(_ rules: SpanRules) -> Int { (rules.starts + rules.ends + rules.transitions).count { $0 } }
    #expect(allowed(own) == allowed(strict) + 1)
    let batch = Tagging(data, characters: false).batches(.train, TrainingOptions(), nil)[0]
    let before = ShardWorker(parameters: 0).evaluate(network, batch)
    let after = ShardWorker(parameters: 0).evaluate(try read.network(), batch)
    #expect(before.sums.loss > 0 && before.sums.loss < 100)
    #expect(after.losses == before.losses && after.classes == before.classes)
    #expect(after.probabilities().array == before.probabilities().array)
  }

  /// Marginals are probabilities; losses stand with their sequences and add up.
  @Test func marginalsAndLosses() throws {
    let data = try Small.tagged(Self.entities)
    let task = Tagging(data, characters: false)
    let network = try network(ConditionalRandomFieldHeadOptions(), data, task)
    let batch = task.batches(.train, TrainingOptions(), nil)[0]
    let pass = Pass(
      batch.steps, parameters: network.parameters, gradients: Buffer(count: 0), arena: Arena(), mode: .evaluation)
    let prediction = network.predict(batch, from: nil, pass).prediction
    let marginals = prediction.probabilities()
    for row in 0..<marginals.rows {
      let sum = (0..<marginals.columns).reduce(0) { $0 + marginals[row, $1] }
      #expect(abs(sum - 1) < 1e-5)
    }
    let total = prediction.losses.reduce(0) { $0 + Double($1) }
    #expect(abs(total - prediction.sums.loss) < 1e-5 && prediction.sums.count == 9)
    #expect(prediction.losses.count { $0 > 0 } == 3, "one a sequence")
    withExtendedLifetime(pass) {}
  }

  private func predict(_ network: SequenceNetwork, _ batch: Batch) -> Prediction {
    let pass = Pass(
      batch.steps, parameters: network.parameters, gradients: Buffer(count: 0), arena: Arena(), mode: .evaluation)
    return network.predict(batch, from: nil, pass).prediction
  }

  /// Output weights that are the embeddings: fewer parameters by V × E, one tensor with both gradients.
  @Test func tiedEmbeddings() throws {
    let data = try Small.text(String(repeating: "abcabdacb", count: 20))
    let task = try LanguageModelling(data, characters: true)
    var options = SoftmaxHeadOptions()
    let apart = try network(options, data, task)
    options.tied = true
    let tied = try network(options, data, task)
    #expect(apart.parameters.count - tied.parameters.count == data.vocabulary.count * 6)
    #expect(tied.parameters.named("head.weight") == nil && tied.parameters.named("head.bias") != nil)
    var training = TrainingOptions()
    (training.epochs, training.batch, training.chunk, training.optimiser.learningRate) = (20, 4, 16, 0.02)
    let outcome = try Trainer(tied, task, training, random: RandomSource(seed: 1)).train()
    #expect(try #require(outcome.scores[.test]?["bits-per-character"]) < 0.6)
    let error = #expect(throws: InputError.self) { try self.network(options, data, task, width: 6, embedding: 5) }
    #expect(
      error?.description.hasPrefix("tied: embeddings of width 5 cannot be the weights for rows of width 6") == true)
    let tags = try Small.tagged("a/X b/Y")
    #expect(throws: InputError.self) { try self.network(options, tags, Tagging(tags, characters: false)) }
  }

  /// `compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 1])` of scikit-learn is 0.6667, 2 for two classes; here a third
  /// class that training lacks counts among the classes, and weighs nothing.
  @Test func balancedWeights() throws {
    let data = try Small.tagged("a/X a/X a/X b/Y", test: "c/Z")
    let task = Tagging(data, characters: false)
    #expect(task.data(of: data).outputCounts == [3, 1, 0])
    var options = SoftmaxHeadOptions()
    options.classWeights = .balanced
    let weighted = try network(options, data, task)
    let plain = try network(SoftmaxHeadOptions(), data, task)
    let batch = task.batches(.train, TrainingOptions(), nil)[0]
    let losses = predict(plain, batch).losses.map(Double.init)
    let weights = batch.targets.map { [4.0 / 9, 4.0 / 3, 0][Int($0)] }
    let expected = zip(weights, losses).reduce(0) { $0 + $1.0 * $1.1 }
    let pass = Pass(
      batch.steps, parameters: weighted.parameters, gradients: Buffer(count: weighted.parameters.count), arena: Arena(),
      mode: .training)
    let sums = weighted.loss(batch, from: nil, weight: 1, pass).sums
    #expect(abs(sums.loss - expected) < 1e-5)
  }

  /// F1 of spans first, where labels are spans: of Bob Lee, Rome, Ann and Oslo two are found and one is too long.
  @Test func spanScores() throws {
    let task = Tagging(try Small.tagged(Self.entities), characters: false)
    #expect(task.metrics.prefix(3) == [.spanF1, .spanPrecision, .spanRecall])
    // Labels by their bytes: B-L, B-P, I-P, O.
    let said = Predictions(classes: [3, 1, 2, 3, 0, 3, 1, 2, 3], of: task.targets(.test))
    let scores = task.scores(said, .test)
    #expect(scores["span-precision"] == 2.0 / 3 && scores["span-recall"] == 0.5)
    #expect(abs(scores["span-f1"]! - 4.0 / 7) < 1e-15)
    #expect(task.spanCounts(said, .lenient)?.byType["P"]?.hits == 1)
    // The truth is as before; what is said of Bob Lee is inside of nothing.
    let broken = Predictions(classes: [3, 2, 2, 3, 0, 3, 1, 2, 3], of: task.targets(.test))
    #expect(task.spanCounts(broken, .lenient)?.all.hits == 2 && task.spanCounts(broken, .strict)?.all.hits == 1)
    #expect(task.spanCounts(broken, .strict)?.byType["P"]?.predictions == 1)
  }

  /// The weights that are kept are the best in what was asked for.
  @Test func selection() throws {
    let data = try Small.tagged(Small.sentences(40), development: Small.sentences(9, seed: 8))
    for name in ["accuracy", "macro-f1"] {
      let task = Tagging(data, characters: false)
      let model = try Small.model(data, task, try Small.backend("gru", width: 5))
      var options = TrainingOptions()
      (options.epochs, options.batch, options.select, options.optimiser.learningRate) = (12, 2, name, 0.3)
      let outcome = try Trainer(model, task, options, random: RandomSource(seed: 1)).train()
      let best = outcome.curve.compactMap { $0.development[name] }.max()
      #expect(outcome.scores[.development]?[name] == best)
    }
  }
}

/// Which classes are taken for which.
@Suite struct ConfusionTests {
  @Test func countsByHand() throws {
    let task = Tagging(
      try Small.tagged("a/A b/B c/C", test: "a/A a/A b/B b/B c/C c/-", ignoring: "-"), characters: false)
    let found = Confusion(Predictions(classes: [0, 1, 1, 0, 0, 2], of: task.targets(.test)), names: ["A", "B", "C"])
    #expect(found.truths == [2, 2, 1] && found.predictions == [3, 2, 0] && found.hits == [1, 1, 0])
    #expect(found.pairs.map { [$0.truth, $0.predicted, $0.count] } == [[0, 1, 1], [1, 0, 1], [2, 0, 1]])
    #expect(try Confusion(json: found.json()) == found)
  }

  /// Eight thousand classes: a table of one by the other would be 64 million counts. What stays is what is frequent.
  @Test func manyClasses() {
    let count: Int32 = 8000
    let truth = (0..<100_000).map { Int32($0) % count } + [Int32](repeating: 7, count: 9)
    let targets = Targets(classes: truth, itemStarts: [0])
    let predicted = truth.map { $0 == 7 ? 8 : $0 % 3 == 0 ? ($0 + 1) % count : $0 }
    let found = Confusion(Predictions(classes: predicted, of: targets), names: (0..<count).map { "c\($0)" })
    #expect(found.names.count == 60 && found.names.contains("c7") && found.pairs.count <= 60)
    #expect(found.names[found.pairs[0].truth] == "c7" && found.names[found.pairs[0].predicted] == "c8")
    #expect(found.pairs[0].count == 13 + 9)
  }

  @Test(
    arguments: [
      #"{"names":["A"],"truths":[1,2],"predictions":[1],"hits":[1],"pairs":[]}"#,
      #"{"names":["A"],"truths":[1],"predictions":[1],"hits":[1],"pairs":[[0,1,1]]}"#,
      #"{"names":["A"],"truths":[1],"predictions":[1],"hits":[-1],"pairs":[]}"#,
    ])
  func damaged(json: String) { #expect(throws: DecodingError.self) { try Confusion(json: Array(json.utf8)) } }
}
