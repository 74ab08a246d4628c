import CLibrary
import Foundation
import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// Numbers in and numbers out: batches, networks, and scores beside those of scikit-learn (`scripts/reference/series.py`).
@Suite struct SeriesTaskTests {
  // MARK: Batches

  /// Lengths 1 to 5 of two columns in and one out; every number says where it stands.
  private static let ragged: [EncodedSequence] = [3, 1, 5, 4, 2, 5].enumerated().map { index, length in
    var sequence = EncodedSequence(
      tokens: [Int32](repeating: 0, count: length), labels: [], seen: [Bool](repeating: true, count: length))
    sequence.numbers = (0..<2 * length).map { Float(100 * index + $0) }
    sequence.targets = (0..<length).map { $0 == length - 1 ? .nan : Float(100 * index + $0) }
    return sequence
  }

  /// Of the rows of a batch.
  private func rows(_ batch: Batch) -> [[Float]] {
    zip(0..<batch.steps.rows, batch.positions).map { row, position in
      [Float(position), batch.numberTargets[row]] + batch.numbers[2 * row..<2 * row + 2]
    }
  }

  @Test(arguments: [1, 2, 3, 7]) func rowsStayTogether(shards: Int) {
    let starts = Self.ragged.starts
    let batches = SequenceBatcher(sequences: Self.ragged, perToken: true).ordered(4).flatMap { $0.shards(shards) }
    var seen: Set<Float> = []
    for row in batches.flatMap(rows) {
      let item = starts.lastIndex { Float($0) <= row[0] }!
      let step = Int(row[0]) - starts[item]
      #expect(row[2...] == [Float(100 * item + 2 * step), Float(100 * item + 2 * step + 1)])
      #expect(step == Self.ragged[item].tokens.count - 1 ? row[1].isNaN : row[1] == Float(100 * item + step))
      seen.insert(row[0])
    }
    #expect(seen.count == 20)
    #expect(batches.allSatisfy { $0.targets.isEmpty })
    #expect(batches.reduce(0) { $0 + $1.asked } == 14)
  }

  // MARK: Networks

  /// u at random, asked for y; as many columns of each.
  private static func data(
    _ columns: Int, _ count: Int, _ length: Int = 9, _ target: (_ u: [Float], _ t: Int) -> Float?
  ) throws -> EncodedData {
    var random = RandomSource(seed: 4)
    let names = SeriesColumns(
      inputs: (0..<columns).map { "u\($0)" }, target: .numbers((0..<columns).map { "y\($0)" }))
    let items = (0..<count).map { _ in
      let u = (0..<columns).map { _ in (0..<length).map { _ in Float(random.below(2)) } }
      func table(_ value: (Int, Int) -> Float) -> [Float] {
        (0..<length).flatMap { t in (0..<columns).map { value($0, t) } }
      }
      return NumberSequence(columns: names, inputs: table { u[$0][$1] }, targets: table { target(u[$0], $1) ?? .nan })
    }
    return try Small.series(Splits(train: items, development: items, test: items))
  }

  private static func network(
    _ task: any Task, _ data: EncodedData, _ backend: BackendSettings
  ) throws -> SequenceNetwork {
    let model = ModelOptions(for: type(of: task), numbers: true)
    let known = NetworkData(data.vocabulary, outputs: task.classes, scales: data.scales)
    return try SequenceNetwork(
      NetworkRecipe(model, backend, type(of: task).reading, known), random: RandomSource(seed: 3))
  }

  private static func tasks(_ data: EncodedData) throws -> [any Task] {
    [Regression(data, characters: false), try MultiLabel(data, characters: false)]
  }

  /// The gradient of both heads along a random direction, against a difference of the losses.
  @Test(arguments: [0, 1]) func gradientsAreThoseOfTheLoss(kind: Int) throws {
    let data = try Self.data(3, 4) { u, t in t == 0 ? nil : u[t - 1] }
    let task = try Self.tasks(data)[kind]
    let network = try Self.network(task, data, try Small.backend("rnn", width: 5))
    let batch = task.batches(.train, TrainingOptions(), nil)[0]
    let worker = ShardWorker(parameters: network.parameters.count)
    worker.train(network, batch, weight: 1, RandomSource(seed: 1))
    let gradients = worker.gradients.row.array
    var random = RandomSource(seed: 8)
    let (values, direction) = (network.weights, network.weights.map { _ in Float(random.normal()) })
    func loss(_ step: Float) -> Double {
      network.parameters.values.row.assign(zip(values, direction).map { $0 + step * $1 })
      network.parameters.changed()
      return worker.evaluate(network, batch).sums.loss
    }
    let difference = (loss(0.002) - loss(-0.002)) / 0.004
    let slope = zip(gradients, direction).reduce(0) { $0 + Double($1.0 * $1.1) }
    #expect(abs(difference - slope) < 0.002 * abs(slope), "\(difference) for \(slope)")
  }

  /// What came before decides: worse than no memory is no use, and one step of memory is all it takes.
  @Test(arguments: [0, 1]) func aNetworkOfNumbersLearns(kind: Int) throws {
    let data = try Self.data(2, 60) { u, t in t == 0 ? nil : u[t - 1] }
    let task = try Self.tasks(data)[kind]
    let network = try Self.network(task, data, try Small.backend("gru", width: 12))
    var options = TrainingOptions()
    (options.epochs, options.batch, options.shards, options.optimiser.learningRate) = (40, 10, 2, 0.02)
    let outcome = try Trainer(network, task, options, random: RandomSource(seed: 1)).train()
    let (name, reached) = (task.metrics[0].name, task.baseline().scores)
    let score = try #require(outcome.scores[.test]?[name])
    #expect(score < 0.1 * reached[name]!, "\(score), without a model \(reached)")
    let items = try #require(outcome.test?.items())
    #expect(items.right == nil && items.weights == [Int](repeating: 8, count: 60))
    let test = try #require(outcome.test)
    #expect(abs(items.losses.reduce(0, +) - test.sums.loss) < 1e-4 * (1 + test.sums.loss))
    if kind == 1 { #expect(outcome.scores[.test]?["frame-accuracy"] == 1) }
  }

  /// Step by step a network says what it says of the whole.
  @Test(arguments: ["gru", "s4d", "transformer", "convolution"]) func aStreamIsTheNetwork(backend: String) throws {
    let data = try Self.data(3, 2, 11) { u, t in u[t] }
    let task = Regression(data, characters: false)
    let network = try Self.network(task, data, try Small.backend(backend, width: 8, miniature: true))
    let batch = task.batches(.test, TrainingOptions(), nil)[0]
    let said = ShardWorker(parameters: 0).evaluate(network, batch).numbers
    let stream = try network.stream(sequences: 2)
    for step in 0..<11 {
      let rows = step * 6..<step * 6 + 6
      let now = stream.step(numbers: Array(batch.numbers[rows])).array
      #expect(zip(now, said[rows]).allSatisfy { abs($0 - $1) < 1e-4 }, "step \(step)")
    }
  }

  /// Labels of numbers: the other tasks read them, too.
  @Test func labelsOfNumbers() throws {
    var random = RandomSource(seed: 2)
    func items(_ target: SeriesColumns.Target) -> [NumberSequence] {
      (0..<40).map { _ in
        let u = (0..<6).map { _ in Float(random.normal()) }
        let labels = u.map { $0 > 0 ? "up" : "down" }
        return NumberSequence(
          columns: SeriesColumns(inputs: ["u"], target: target), inputs: u,
          labels: target == .labelOfStep ? labels : [labels[5]])
      }
    }
    for (target, type) in [(.labelOfStep, Tagging.self), (.labelOfSequence, Classification.self)]
      as [(SeriesColumns.Target, any Task.Type)]
    {
      let items = items(target)
      let data = try Small.series(Splits(train: items, development: items, test: items), labels: ["down", "up"])
      let task = try type.init(data, characters: false)
      var options = TrainingOptions()
      (options.epochs, options.optimiser.learningRate) = (30, 0.05)
      let network = try Self.network(task, data, try Small.backend("gru", width: 8))
      let outcome = try Trainer(network, task, options, random: RandomSource(seed: 1)).train()
      #expect(outcome.scores[.test]!["accuracy"]! > 0.95, "\(type.name)")
      #expect(task.baseline().name == "most frequent label", "numbers are no words")
    }
  }

  // MARK: Scores

  private struct Cases: Decodable {
    struct Case: Decodable {
      let truth: [[Double?]]
      let said: [[Double]]
      let squared, absolute, nats, frames: Double?

      enum CodingKeys: String, CodingKey {
        case truth, said, squared = "mean-squared-error", absolute = "mean-absolute-error", nats = "nats-per-step",
          frames = "frame-accuracy"
      }
    }

    let regression: [Case]
    let multiLabel: [Case]

    enum CodingKeys: String, CodingKey { case regression, multiLabel = "multi-label" }

    static func read() throws -> Cases {
      let file = Bundle.module.resourceURL!.appendingPathComponent("Cases/series.json")
      return try JSONDecoder().decode(Cases.self, from: Data(contentsOf: file))
    }
  }

  /// A case as the test split, its truth also what scales are measured on.
  private func data(_ truth: [[Double?]]) throws -> EncodedData {
    let columns = SeriesColumns(inputs: ["u"], target: .numbers(truth[0].indices.map { "y\($0)" }))
    let item = NumberSequence(
      columns: columns, inputs: truth.map { _ in 1 }, targets: truth.flatMap { $0.map { $0.map { Float($0) } ?? .nan } }
    )
    return try Small.series(Splits(train: [item], development: [item], test: [item]))
  }

  @Test func errorsAreThoseOfScikitLearn() throws {
    for reference in try Cases.read().regression {
      let data = try data(reference.truth)
      let (task, scales) = (Regression(data, characters: false), data.scales!.targets)
      let said = reference.said.flatMap { row in zip(scales, row).map { $0.scaled($1) } }
      let predictions = Predictions(numbers: said, of: task.targets(.test))
      let scores = task.scores(predictions, .test)
      #expect(abs(scores["mean-squared-error"]! - reference.squared!) < 1e-5 * reference.squared!)
      #expect(abs(scores["mean-absolute-error"]! - reference.absolute!) < 1e-5 * reference.absolute!)
      guard case .numbers(let answers) = task.answers(predictions) else { throw InputError("no numbers") }
      let wanted = reference.said.flatMap { $0 }
      #expect(zip(answers, wanted).allSatisfy { abs(Double($0) - $1) < 1e-5 * (1 + abs($1)) })
    }
  }

  @Test func framesAreThoseOfScikitLearn() throws {
    for reference in try Cases.read().multiLabel {
      let task = try MultiLabel(try data(reference.truth), characters: false)
      let said = Predictions(numbers: reference.said.flatMap { $0.map(Float.init) }, of: task.targets(.test))
      #expect(task.scores(said, .test).isEmpty, "nobody gave a loss")
      // Through a head whose logits are known, for the loss.
      var predictions = Predictions(of: task.targets(.test))
      let batch = task.batches(.test, TrainingOptions(), nil)[0]
      let memory = Arena()
      let logits = memory.matrix(reference.said.count, task.classes)
      logits.assign(said.numbers.map { log($0 / (1 - $0)) })
      let targets = memory.matrix(logits.rows, logits.columns)
      targets.assign(batch.numberTargets)
      let sums = withExtendedLifetime(memory) { Kernels.evaluateBernoulli(logits, targets: targets) }
      let losses = [Float](repeating: 0, count: logits.rows)
      predictions.add(batch, Prediction(sums: sums, numbers: said.numbers, losses: losses) { logits })
      let scores = task.scores(predictions, .test)
      #expect(abs(scores["nats-per-step"]! - reference.nats!) < 1e-5 * reference.nats!)
      #expect(abs(scores["frame-accuracy"]! - reference.frames!) < 1e-15)
    }
  }

  /// Two notes. Training has four steps that are asked for: the first note in three, the second in one; so (3 + 1)/(4 + 2) and 2/6. Test
  /// asks for (1, 0), (1, 1), (0, 0), and nothing after them.
  @Test func musicByHand() throws {
    func piece(_ steps: [[Float]]) -> NumberSequence {
      NumberSequence(
        columns: SeriesColumns(inputs: ["a", "b"], target: .numbers(["a", "b"])), inputs: steps.flatMap { $0 },
        targets: steps.dropFirst().flatMap { $0 } + [.nan, .nan])
    }
    let data = try Small.series(
      Splits(
        train: [piece([[0, 0], [1, 0], [1, 1], [1, 0]]), piece([[1, 1], [0, 0]])],
        development: [piece([[0, 0], [1, 0]])],
        test: [piece([[0, 1], [1, 0], [1, 1], [0, 0]])]))
    let task = try MultiLabel(data, characters: false)
    let (name, scores) = task.baseline()
    #expect(name == "frequencies of training" && task.metrics[0].name == "nats-per-step")
    let nats = -(log(4.0 / 6 * 4 / 6) + log(4.0 / 6 * 2 / 6) + log(2.0 / 6 * 4 / 6)) / 3
    #expect(abs(scores["nats-per-step"]! - nats) < 1e-12)
    // It always says a and never b: 2 of a, b once and a once are one of the two alone.
    #expect(scores["frame-accuracy"] == 0.5)
    let said = Predictions(numbers: [0.9, 0.2, 0.4, 0.6, 0.1, 0.7, 0.5, 0.5], of: task.targets(.test))
    #expect(task.answers(said) == .classes([1, 0, 0, 1, 0, 1, 0, 0]))
  }

  @Test func baselinesOfNumbers() throws {
    func item(_ asked: String, _ targets: [Float]) -> NumberSequence {
      NumberSequence(
        columns: SeriesColumns(inputs: ["x"], target: .numbers([asked])), inputs: [3, 5, 9], targets: targets)
    }
    func baseline(_ asked: String) throws -> (name: String, scores: [String: Double]) {
      let train = [item(asked, [5, 9, .nan])]
      return Regression(
        try Small.series(Splits(train: train, development: train, test: [item(asked, [4, 9, .nan])])), characters: false
      ).baseline()
    }
    let last = try baseline("x")
    #expect(last.name == "last value" && abs(last.scores["mean-squared-error"]! - (1.0 + 16) / 2) < 1e-5)
    let mean = try baseline("y")
    #expect(mean.name == "mean of training" && abs(mean.scores["mean-absolute-error"]! - (3.0 + 2) / 2) < 1e-6)
  }

  // MARK: What does not fit

  /// Such a row would weigh in the mean, in items and in frames, and would have no loss.
  @Test func rowsWithoutSomeOfTheirTargetsAreASentence() throws {
    func data(_ targets: [Float]) throws -> EncodedData {
      let columns = SeriesColumns(inputs: ["x"], target: .numbers(["a", "b"]))
      let (whole, other) = (
        NumberSequence(columns: columns, inputs: [0, 1], targets: [1, 0, 0, 1]),
        NumberSequence(columns: columns, inputs: [0, 1], targets: targets)
      )
      return try Small.series(Splits(train: [whole], development: [whole], test: [whole, other]))
    }
    _ = try MultiLabel(data([1, 1, .nan, .nan]), characters: false)
    #expect { try MultiLabel(data([1, 1, 0, .nan]), characters: false) } throws: { error in
      "\(error)".contains("all columns of a step or for none, and some rows of the test split lack \"b\" alone")
    }
  }

  @Test func whatDoesNotFitIsASentence() throws {
    let numbers = try Self.data(1, 3) { u, t in u[t] + 0.5 }
    #expect { try MultiLabel(numbers, characters: false) } throws: { error in
      "\(error)".contains("asks for columns of 0 and 1, and \"y0\" has other numbers in the test split")
    }
    var options = ModelOptions(for: MultiLabel.self, numbers: true)
    #expect(type(of: options.head).name == "bernoulli" && type(of: options.inputs[0]).name == "numbers")
    try options.checkInputs(numbers: true)
    try options.checkHead(MultiLabel.self)
    #expect(throws: InputError.self) { try options.checkInputs(numbers: false) }
    options.head = SoftmaxHeadOptions()
    #expect { try options.checkHead(MultiLabel.self) } throws: {
      "\($0)" == "the head softmax answers with classes, and multi-label asks for many yes or no; set head: bernoulli"
    }
    #expect(ModelOptions(for: Tagging.self, numbers: false).recorded == ModelOptions().recorded)
    #expect { try Tasks.made(for: .series, named: "tagging") } throws: {
      "\($0)".hasSuffix("leave it out, or set task: regression or multi-label")
    }
    #expect(try Tasks.made(for: .series).name == "regression")
  }
}
