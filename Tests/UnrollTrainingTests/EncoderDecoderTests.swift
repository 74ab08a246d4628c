import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// From a source to a target: losses, gradients, and what does not fit.
@Suite struct EncoderDecoderTests {
  static let text = "a b c d > x y\nb > y\nd a > z z x y\nc c a > x\na > y x z"

  /// - Parameter options: of the model, as a study has them.
  static func network(
    _ data: EncodedData, _ options: String = "{}", backend: String = "gru", width: Int = 5,
    _ direction: StackOptions.Direction = .forward, seed: UInt64 = 1
  ) throws -> (network: EncoderDecoder, task: SequenceToSequence) {
    var settings = try Small.backend(backend, width: width, direction, miniature: true)
    if direction == .forward, let transformer = settings.options as? TransformerOptions {
      var full = transformer
      full.attention = .full
      if options.contains("decoder") { settings.options = full }
    }
    return try network(data, options, settings, seed: seed)
  }

  static func network(
    _ data: EncodedData, _ options: String, _ settings: BackendSettings, seed: UInt64 = 1
  ) throws -> (network: EncoderDecoder, task: SequenceToSequence) {
    let task = SequenceToSequence(data, characters: false)
    var model = ModelOptions(for: SequenceToSequence.self, numbers: false)
    (model.embedding, model.wordDropout) = (4, 0)
    try model.apply(try Setting(yaml: options, file: "s.yaml").entries(""), "model")
    let recipe = NetworkRecipe(model, settings, SequenceToSequence.reading, task.data(of: data))
    let network = try EncoderDecoder(recipe, random: RandomSource(seed: seed))
    // Zero biases, and weights that are small, would hide errors.
    var noise = RandomSource(seed: seed).split("noise")
    let values = network.parameters.values.row
    for index in 0..<values.columns { values[0, index] += Float(0.2 * noise.normal()) }
    network.parameters.changed()
    return (network, task)
  }

  /// Loss of a batch, and the gradient of the mean over its targets.
  static func loss(_ network: EncoderDecoder, _ batch: Batch) -> (value: Double, gradient: [Float]) {
    let gradients = Buffer(count: network.parameters.count)
    let pass = Pass(
      batch.steps, parameters: network.parameters, gradients: gradients, arena: Arena(), mode: .differentiation)
    let loss = network.loss(batch, from: nil, weight: 1, pass)
    loss.pullback()
    return (loss.sums.loss, gradients.row.array)
  }

  private static let forms = [
    ("gru", "{}", StackOptions.Direction.forward),
    ("lstm", "{attention: additive}", .forward),
    ("lstm", "{attention: multiplicative, head: {head: softmax, tied: true}, embedding: 5}", .forward),
    ("rnn", "{attention: additive}", .bidirectional),
    ("gru", "{decoder: lstm}", .bidirectional),
    ("ssm", "{}", .forward),
    ("ssm", "{attention: multiplicative, decoder: {backend: gru, width: 7}}", .bidirectional),
    ("slstm", "{attention: additive}", .forward),
    ("averaging", "{}", .forward),
    ("transformer", "{}", .forward),
    ("transformer", "{attention: additive, decoder: {backend: gru, layers: 2}}", .forward),
    ("convolution", "{attention: multiplicative}", .forward),
  ]

  /// Every tensor against differences of the loss, which are taken at two widths since losses bend and have noise.
  @Test(arguments: forms.indices)
  func gradientsAreDifferences(_ form: Int) throws {
    let (backend, options, direction) = Self.forms[form]
    let (network, task) = try Self.network(Small.pairs(Self.text), options, backend: backend, direction)
    let batch = task.batches(.train, TrainingOptions(), nil)[0]
    #expect(batch.source!.places.map(Int.init) != Array(0..<5), "sources are packed in an order of their own")
    let gradient = Self.loss(network, batch).gradient
    for parameter in network.parameters.list {
      let values = network.parameters.value(parameter)
      let own = gradient[parameter.offset..<parameter.offset + parameter.count]
      let scale = max(0.05, own.map { abs(Double($0)) }.max()!)
      for index in stride(from: 0, to: values.count, by: max(1, values.count / 6)) {
        let (row, column) = (index / values.columns, index % values.columns)
        let old = values[row, column]
        func around(_ step: Float) -> Double {
          let pair = [step, -step].map { change in
            values[row, column] = old + change
            network.parameters.changed()
            return Self.loss(network, batch).value
          }
          values[row, column] = old
          network.parameters.changed()
          return (pair[0] - pair[1]) / Double(2 * step)
        }
        let expected = [(4 * around(0.005) - around(0.01)) / 3, (4 * around(0.02) - around(0.04)) / 3]
        let error = expected.map { abs($0 - Double(own[own.startIndex + index])) }.min()!
        #expect(error < 5e-3 * scale, "\(parameter.name)[\(index)]: \(expected), not \(own[own.startIndex + index])")
      }
    }
  }

  /// The source reaches the loss in every form: other sources, other losses; and what stands in a batch beside a pair is nothing to it.
  @Test(arguments: forms.indices)
  func pairsAreTheirOwn(_ form: Int) throws {
    let (backend, options, direction) = Self.forms[form]
    let data = try Small.pairs(Self.text)
    let (network, task) = try Self.network(data, options, backend: backend, direction)
    let batch = task.batches(.train, TrainingOptions(), nil)[0]
    let worker = ShardWorker(parameters: 0)
    let all = worker.evaluate(network, batch)
    let alone = (0..<5).map { worker.evaluate(network, batch.sequences([$0])).sums.loss }
    #expect(abs(alone.reduce(0, +) - all.sums.loss) < 1e-4)
    let other = try Small.pairs(Self.text.replacing("a b c d", with: "b b c d"))
    let changed = SequenceToSequence(other, characters: false).batches(.train, TrainingOptions(), nil)[0]
    #expect(abs(worker.evaluate(network, changed).sums.loss - all.sums.loss) > 1e-5)
  }

  @Test func decoderHasItsOwnSettings() throws {
    let data = try Small.pairs(Self.text)
    func shapes(_ options: String, _ direction: StackOptions.Direction = .forward) throws -> [String: [Int]] {
      let (network, _) = try Self.network(data, options, direction)
      return Dictionary(uniqueKeysWithValues: network.parameters.list.map { ($0.name, $0.shape) })
    }
    let plain = try shapes("{}")
    #expect(plain["encoder.weight_hh_l0"] == [15, 5] && plain["decoder.weight_hh_l0"] == [15, 5])
    #expect(!plain.keys.contains { $0.hasPrefix("bridge") || $0.hasPrefix("attention") }, "the state is copied")
    let mapped = try shapes("{decoder: {backend: lstm, width: 7, layers: 2}, attention: additive}", .bidirectional)
    #expect(mapped["decoder.weight_hh_l1"] == [28, 7])
    #expect(mapped["bridge.c_l1.weight"] == [7, 10] && mapped["attention.combine.weight"] == [7, 17])
  }

  @Test func whatDoesNotFitIsSaid() throws {
    let data = try Small.pairs(Self.text)
    func complaint(_ options: String, _ backend: String) -> String {
      do {
        _ = try Self.network(data, options, backend: backend)
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      complaint("{decoder: {backend: transformer, heads: 5}}", "gru").contains("nothing of the source would reach it"))
    #expect(complaint("{decoder: {backend: transformer, heads: 5}, attention: additive}", "gru") == "")
    #expect(complaint("{decoder: {backend: gru, direction: bidirectional}}", "gru").contains("use direction: forward"))
    #expect(complaint("{decoder: stack}", "gru").contains("one backend, not a stack"))
    #expect(complaint("{beam: 0}", "gru").contains("beam must be 1…256, not 0"))
    #expect(complaint("{attention: dot}", "gru").contains("unknown value of attention"))
  }

  /// The same bits with any number of threads; shards only change the order of sums.
  @Test(arguments: ["{}", "{attention: additive}", "{attention: multiplicative}"])
  func threadsDoNotChangeABit(_ options: String) throws {
    let data = try Small.pairs(Small.reversals(40))
    func trained(shards: Int, threads: Int) throws -> [Float] {
      let (network, task) = try Self.network(
        data, options.dropLast() + (options.count > 2 ? ", " : "") + "embedding_dropout: 0.2, output_dropout: 0.2}")
      var training = TrainingOptions()
      (training.shards, training.batch) = (shards, 9)
      let step = TrainingStep(network, training, threads: threads)
      for (index, batch) in task.batches(.train, training, RandomSource(seed: 2)).enumerated() {
        _ = try step.run(batch, learningRate: 0.01, RandomSource(seed: UInt64(index)))
      }
      return network.parameters.values.row.array
    }
    #expect(try trained(shards: 3, threads: 2).map(\.bitPattern) == trained(shards: 3, threads: 1).map(\.bitPattern))
  }

  /// It learns what no model without the source could.
  @Test(arguments: ["{}", "{attention: additive}", "{attention: multiplicative}"])
  func learns(_ options: String) throws {
    let data = try Small.pairs(Small.reversals(1200), test: Small.reversals(60, seed: 8))
    let settings = try Small.backend("gru", width: 32)
    let (network, task) = try Self.network(data, options, settings)
    var training = TrainingOptions()
    (training.epochs, training.batch, training.optimiser.learningRate) = (12, 16, 0.01)
    let outcome = try Trainer(network, task, training, random: RandomSource(seed: 3)).train()
    let scores = try #require(outcome.scores[.test])
    #expect(scores["exact-match"]! > 0.6, "\(scores)")
    #expect(scores["exact-match"]! > task.baseline().scores["exact-match"]! + 0.3)
    #expect(outcome.test?.items().count == 60)
  }
}
