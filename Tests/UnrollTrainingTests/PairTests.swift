import TestSupport
import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// Two texts and one answer.
@Suite struct PairTests {
  static let encodings = PairEncoding.allCases

  /// A network over `data`, whose backend may be set as in a study.
  static func network(
    _ encoding: PairEncoding, _ data: EncodedData, _ backend: String = "{backend: lstm}", width: Int = 4,
    embedding: Int = 3, dropout: Double = 0, inputs: String = "[words]"
  ) throws -> (network: PairNetwork, task: Entailment) {
    let task = try Entailment(data, characters: false)
    var model = ModelOptions(for: Entailment.self, numbers: false)
    try model.apply(try Setting(yaml: "{inputs: \(inputs), word_dropout: 0}", file: "").entries(""), "model")
    (model.pairEncoding, model.embedding) = (encoding, embedding)
    (model.embeddingDropout, model.outputDropout) = (dropout, dropout)
    let (name, own) = try Setting(yaml: backend, file: "").choice("backend", "")
    var settings = try Small.backend(name.text(""), width: width, miniature: true)
    try settings.apply(own)
    let recipe = NetworkRecipe(model, settings, Entailment.reading, task.data(of: data))
    let network = try Entailment.network(recipe, ParameterBuilder(random: RandomSource(seed: 5)))
    return (try #require(network as? PairNetwork), task)
  }

  static func loss(_ network: PairNetwork, _ batch: Batch) -> (gradient: [Float], value: Double) {
    let slab = Buffer(count: network.parameters.count)
    let pass = Pass(
      batch.steps, parameters: network.parameters, gradients: slab, arena: Arena(), mode: .differentiation)
    let loss = network.loss(batch, from: nil, weight: 1, pass)
    loss.pullback()
    return (slab.row.array, loss.sums.loss)
  }

  /// The gradient of every tensor against differences: cells and scans whose state is handed on, both directions, pools, what keeps rows, and
  /// every encoding of them.
  @Test(
    arguments: encodings,
    [
      "{backend: lstm}", "{backend: gru, direction: bidirectional, layers: 2}", "{backend: lstm, pooling: mean}",
      "{backend: rnn, pooling: attention, residual: prenorm}", "{backend: gru, initial_state: learned}",
      "{backend: transformer}", "{backend: s4d}", "{backend: attention-rnn}",
    ])
  func gradients(encoding: PairEncoding, backend: String) throws {
    let (network, task) = try Self.network(
      encoding, try Small.paired(Small.pairs(7)), backend, inputs: "[words, {input: capitals, width: 2}]")
    let batch = task.batches(.train, TrainingOptions(), nil)[0]
    let (gradient, _) = Self.loss(network, batch)
    for parameter in network.parameters.list {
      let values = network.parameters.value(parameter)
      let own = gradient[parameter.offset..<parameter.offset + parameter.count].map(Double.init)
      let scale = max(own.map(abs).max()!, 0.1)
      for index in stride(from: 0, to: values.count, by: max(1, values.count / 5)) {
        let (row, column) = (index / values.columns, index % values.columns)
        let old = values[row, column]
        // The loss bends, and |u − v| has kinks: one of the steps sees none of it.
        let errors = [0.02, 0.005, 0.001].map { step in
          abs(
            derivative(step) { change in
              values[row, column] = old + Float(change)
              network.parameters.changed()
              return Self.loss(network, batch).value
            } - own[index]) / scale
        }
        values[row, column] = old
        #expect(errors.min()! < 3e-3, "\(parameter.name)[\(index)]: \(errors)")
      }
    }
    network.parameters.changed()
    // Where no text is read on from another, each tensor must matter; a second encoder's own first state is no tensor.
    #expect(!network.parameters.list.contains { $0.name.hasPrefix("conditional.initial") })
  }

  /// What PyTorch says of the same pairs with the same weights: losses, attention word by word, and the gradient of every tensor.
  @Test func pytorch() throws {
    let content = try Files.read("\(Files.parent(of: #filePath))/Cases/pairs.json")
    let reference = try Reference(json: content)
    let sequences = reference.pairs.map { pair in
      var sequence = EncodedSequence(
        tokens: pair.hypothesis, labels: [pair.label], seen: pair.hypothesis.map { _ in true })
      sequence.source = pair.premise
      return sequence
    }
    for own in reference.cases {
      let encoding = try #require(PairEncoding(rawValue: own.encoding))
      var model = ModelOptions(for: Entailment.self, numbers: false)
      (model.pairEncoding, model.embedding) = (encoding, reference.embedding)
      let recipe = NetworkRecipe(
        model, try Small.backend("lstm", width: reference.width), .summary,
        NetworkData(tokens: reference.tokens, outputs: reference.outputs))
      let network = try PairNetwork(recipe, ParameterBuilder(random: RandomSource(seed: 1)))
      #expect(Set(network.parameters.list.map(\.name)) == Set(own.parameters.keys))
      for parameter in network.parameters.list {
        network.parameters.value(parameter).assign(try #require(own.parameters[parameter.name]).map { Float($0) })
      }
      let batches = SequenceBatcher(sequences: sequences, perToken: false).ordered(8)
      let (gradient, value) = Self.loss(network, batches[0])
      #expect(abs(value - own.loss) < 1e-5)
      for parameter in network.parameters.list {
        let ours = Array(gradient[parameter.offset..<parameter.offset + parameter.count])
        #expect(distance(ours, own.gradients[parameter.name]!) < 1e-5, "\(own.encoding): \(parameter.name)")
      }
      for (pair, expected) in zip(sequences, own.attention) where !expected.isEmpty {
        let inspection = Inspection()
        let batch = SequenceBatcher(sequences: [pair], perToken: false).ordered(1)[0]
        _ = ShardWorker(parameters: 0).evaluate(network, batch, inspection: inspection)
        let shown = try #require(inspection.parts.first { $0.name == PairNetwork.attentionName })
        #expect([shown.rows, shown.columns] == [pair.tokens.count, pair.source.count])
        #expect(distance(shown.values, expected.flatMap { $0 }) < 1e-5)
      }
    }
  }

  private struct Reference: Decodable {
    struct Pair: Decodable {
      let premise, hypothesis: [Int32]
      let label: Int32
    }

    struct Case: Decodable {
      let encoding: String
      let loss: Double
      let attention: [[[Double]]]
      let parameters, gradients: [String: [Double]]
    }

    let embedding, width, tokens, outputs: Int
    let pairs: [Pair]
    let cases: [Case]
  }

  /// What is said of a pair hangs on no other, nor on where it stands in a batch.
  @Test(
    arguments: encodings, ["{backend: lstm}", "{backend: gru, direction: bidirectional}", "{backend: transformer}"])
  func pairsAreByThemselves(encoding: PairEncoding, backend: String) throws {
    let (network, task) = try Self.network(encoding, try Small.paired(Small.pairs(23)), backend)
    func losses(_ batch: Int) -> [Float] {
      var options = TrainingOptions()
      options.batch = batch
      var said = Predictions(of: task.targets(.test))
      for batch in task.batches(.test, options, nil) {
        said.add(batch, ShardWorker(parameters: 0).evaluate(network, batch))
      }
      return said.losses
    }
    let alone = losses(1)
    #expect(Set(alone).count > 10)
    for batch in [4, 23] { #expect(zip(losses(batch), alone).allSatisfy { abs($0 - $1) < 1e-5 }, "\(batch)") }
  }

  /// The same bits for any number of threads, nearly the same for any number of shards, and memory that does not grow.
  @Test(arguments: encodings) func shards(encoding: PairEncoding) throws {
    func weights(_ shards: Int, threads: Int, dropout: Double) throws -> [Float] {
      let (network, task) = try Self.network(encoding, try Small.paired(Small.pairs(30)), dropout: dropout)
      var options = TrainingOptions()
      (options.shards, options.batch, options.optimiser.kind) = (shards, 7, .sgd)
      let step = TrainingStep(network, options, threads: threads)
      for (index, batch) in task.batches(.train, options, RandomSource(seed: 2)).enumerated() {
        _ = try step.run(batch, learningRate: 0.1, RandomSource(seed: UInt64(index)))
      }
      let whole = task.batches(.train, options, nil)[0]
      let before = step.arenaGrowths
      for _ in 0..<3 { _ = try step.run(whole, learningRate: 0, RandomSource(seed: 9)) }
      #expect(step.arenaGrowths == before)
      return network.parameters.values.row.array
    }
    let single = try weights(3, threads: 1, dropout: 0.3)
    for _ in 0..<3 { #expect(try weights(3, threads: 2, dropout: 0.3) == single) }
    let (one, four) = (try weights(1, threads: 1, dropout: 0), try weights(4, threads: 2, dropout: 0))
    #expect(zip(one, four).allSatisfy { abs($0 - $1) < 2e-4 })
  }

  /// Every encoding learns whether a word of one text stands in the other.
  @Test(arguments: encodings) func learns(encoding: PairEncoding) throws {
    let data = try Small.paired(Small.pairs(60))
    let (network, task) = try Self.network(encoding, data, width: 16, embedding: 12)
    var options = TrainingOptions()
    (options.epochs, options.batch, options.optimiser.learningRate) = (60, 4, 0.01)
    let outcome = try Trainer(network, task, options, random: RandomSource(seed: 1)).train()
    #expect(try #require(outcome.scores[.test]?["accuracy"]) > 0.97)
    #expect(task.baseline().scores["accuracy"]! < 0.8)
  }

  /// Words of both texts are dropped, each by its own chance.
  @Test func wordDropout() throws {
    let data = try Small.paired(Small.pairs(200))
    let task = try Entailment(data, characters: false)
    var model = ModelOptions(for: Entailment.self, numbers: false)
    model.wordDropout = 100
    let network = try Entailment.network(
      NetworkRecipe(model, try Small.backend("rnn", width: 4), .summary, task.data(of: data)),
      ParameterBuilder(random: RandomSource(seed: 1)))
    let batch = task.batches(.train, TrainingOptions(), nil)[0]
    let dropped = network.corrupted(batch, RandomSource(seed: 3))
    func unknown(_ tokens: [Int32]) -> [Bool] { tokens.map { $0 == Vocabulary.unknownID } }
    let source = try #require(dropped.source)
    #expect(!batch.tokens.contains(0) && !batch.source!.batch.tokens.contains(0))
    for all in [unknown(dropped.tokens), unknown(source.batch.tokens)] {
      #expect((0.2...0.8).contains(Double(all.count { $0 }) / Double(all.count)))
    }
    let shorter = min(dropped.tokens.count, source.batch.tokens.count)
    #expect(unknown(dropped.tokens).prefix(shorter) != unknown(source.batch.tokens).prefix(shorter))
    #expect(source.places == batch.source!.places)
  }

  /// Two texts are taken apart where the second begins, whatever words they have.
  @Test func textsAreTakenApart() throws {
    let item = LabelledText(
      words: ["a", "<sep>", "<sep>", "b", "a"], label: "yes", written: ["A", "<sep>", "<sep>", "B", "a"], boundary: 3)
    let data = try EncodedData(
      .labelled(Splits(test: [item])), vocabulary: Vocabulary(tokens: ["<unk>", "a", "b"], counts: [0, 1, 1]),
      labels: LabelSet(["no", "yes"]), spelled: true)
    let pair = try Entailment(data, characters: false).sequences.test[0]
    #expect(pair.source == [1, 0] && pair.tokens == [2, 1] && pair.seen == [true, true] && pair.labels == [1])
    #expect(pair.sourceWords == ["A", "<sep>"] && pair.words == ["B", "a"])
  }

  @Test func oneTextIsNoPair() throws {
    let data = try Small.labelled("yes a b\nno b")
    let error = #expect(throws: InputError.self) { _ = try Entailment(data, characters: false) }
    #expect(
      error?.message
        == "entailment reads two texts an item, and these have one; a csv or tsv file with both names their columns: text: [FIRST, SECOND]"
    )
  }

  /// A state must come from the premise; nothing of a pair comes token by token.
  @Test func whatCannotBe() throws {
    let data = try Small.paired(Small.pairs(5))
    for encoding in [PairEncoding.conditional, .attention] {
      for backend in ["{backend: transformer, attention: full}", "{backend: transformer, attention: full, layers: 2}"] {
        let error = #expect(throws: InputError.self) { _ = try Self.network(encoding, data, backend) }
        #expect(
          error?.message
            == "backend transformer: it reads a text as a whole and carries no state from a premise to its hypothesis; use pair_encoding: independent"
        )
      }
    }
    let (network, _) = try Self.network(.independent, data, "{backend: transformer, attention: full}")
    #expect(network.stateFloats == nil && network.measuredStateFloats() == nil)
    let error = #expect(throws: InputError.self) { _ = try network.stream(sequences: 1) }
    #expect(error?.message.hasPrefix("the model reads pairs of texts") == true)
  }

  /// A model that comes back from its file says of a line what the network says of the pair.
  @Test(arguments: encodings) func modelsComeBack(encoding: PairEncoding) throws {
    let pairs = Small.pairs(20)
    let data = try Small.paired(pairs)
    var options = ModelOptions(for: Entailment.self, numbers: false)
    options.pairEncoding = encoding
    let (file, network) = try ModelFileTests.model(data, Entailment.self, "lstm", model: options)
    let read = try ModelFile(try file.encoded(), file: "m")
    let predictor = try Predictor(read)
    let task = try Entailment(data, characters: false)
    for batch in task.batches(.test, TrainingOptions(), nil) {
      let expected = ShardWorker(parameters: 0).evaluate(network, batch)
      for (index, position) in batch.positions.enumerated() {
        let item = pairs[Int(position)]
        let (premise, hypothesis) = (item.words.prefix(item.boundary! - 1), item.words.dropFirst(item.boundary!))
        let line = "\(premise.joined(separator: " "))\t\(hypothesis.joined(separator: " "))"
        let said = try predictor.predict(line)
        #expect(said.tokens == Array(hypothesis) && said.source == Array(premise))
        #expect(said.labels == [data.labels[expected.classes[index]]])
        #expect(abs(said.probabilities![0] - expected.confidences[index]) < 1e-5)
        #expect((said.attention == nil) == (encoding != .attention))
        for row in said.attention ?? [] {
          #expect(row.count == premise.count && abs(row.reduce(0, +) - 1) < 1e-5)
        }
        #expect(said.attention.map { $0.count == hypothesis.count } ?? true)
      }
    }
    #expect(try predictor.predict(" ") == TextPrediction(tokens: []))
    for line in ["w1 w2", "w1\t", "\tw1", "w1\tw2\tw3"] {
      let error = #expect(throws: InputError.self) { _ = try predictor.predict(line) }
      #expect(error?.message == "the model reads pairs: two texts with a tab between them")
    }
    let refused = #expect(throws: InputError.self) { _ = try read.diagnosis(of: "w1") }
    #expect(refused?.message == "is no network over single sequences, which alone can be diagnosed")
  }
}
