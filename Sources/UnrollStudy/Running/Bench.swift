import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// Speed of fixed cases: the file that the PyTorch side of the comparison reads too.
public struct BenchCases: Decodable, Sendable {
  public struct Case: Decodable, Sendable {
    public let name: String
    /// `step`: embedding → backend → linear → mean cross-entropy, clip to norm 1, Adam.
    let kind: String
    let backend: String
    let bidirectional: Bool?
    let layers: Int?
    let vocab: Int?
    let embed: Int?
    let hidden: Int
    let classes: Int?
    let batch: Int
    let length: Int
  }

  public let cases: [Case]

  public init(path: String) throws {
    let bytes = try Files.read(path)
    guard let read = try? BenchCases(json: bytes) else {
      throw InputError("is not a file of bench cases: {\"cases\": [{\"name\": …, \"kind\": \"step\", …}]}", file: path)
    }
    self = read
  }
}

/// One measured case.
public struct BenchResult: Codable, Sendable {
  public let name: String
  public let threads: Int
  /// Median time of a step in milliseconds.
  public let ms: Double
  public let tokens_per_s: Double
  public let peak_mib: Int
}

extension BenchCases.Case {
  /// Nil when this program has nothing that runs the case.
  public func measure(threads: Int, seconds: Double) throws -> BenchResult? {
    guard kind == "step", let vocabulary = vocab, let embed, let classes, let type = try? Backends.named(backend) else {
      return nil
    }
    let milliseconds = try medianMilliseconds(
      try step(type.init(), vocabulary, embed, classes, threads: threads), seconds: seconds)
    return BenchResult(
      name: name, threads: threads, ms: (milliseconds * 1e4).rounded() / 1e4,
      tokens_per_s: (Double(batch * length) / milliseconds * 1e4).rounded() / 10, peak_mib: Int(Machine.peakMemory))
  }

  private func step(
    _ options: any BackendOptions, _ vocabulary: Int, _ embed: Int, _ classes: Int, threads: Int
  ) throws -> () throws -> Void {
    var settings = BackendSettings(options)
    settings.stack.width = hidden
    settings.stack.layers = layers ?? 1
    settings.stack.direction = bidirectional == true ? .bidirectional : .forward
    var (model, training) = (ModelOptions(), TrainingOptions())
    model.embedding = embed
    training.clip = 1
    training.batch = batch
    training.shards = min(threads, batch)
    var random = RandomSource(seed: 1)
    let network = try SequenceModel(
      vocabulary: vocabulary, classes: classes, model, settings, .everyStep, random: random.split("initial values"))
    let rows = batch * length
    let tokens = (0..<rows).map { _ in Int32(random.below(vocabulary)) }
    let targets = (0..<rows).map { _ in Int32(random.below(classes)) }
    let all = Batch(PackedSteps(count: batch, length: length), tokens: tokens, targets: targets)
    let trainer = TrainingStep(network, RandomTags(classes: classes), training, threads: threads)
    return { _ = try trainer.run(all, learningRate: 1e-3, random) }
  }

  private func medianMilliseconds(_ run: () throws -> Void, seconds: Double) throws -> Double {
    try run()
    try run()
    var times: [Double] = []
    let start = ContinuousClock.now
    while times.count < 3 || (ContinuousClock.now - start).seconds < seconds {
      let before = ContinuousClock.now
      try run()
      times.append((ContinuousClock.now - before).seconds * 1e3)
    }
    return times.sorted()[times.count / 2]
  }
}

/// A task whose labels are random: only its loss is used.
private struct RandomTags: Task {
  static let name = "random-tags"
  static let version = 1
  static let summary = "random labels, for timing"
  static let kind = CorpusKind.tagged
  static let reading = Reading.everyStep
  let classes: Int
  let metrics: [Metric] = []

  init(classes: Int) { self.classes = classes }
  init(_ data: EncodedData, characters: Bool) { self.init(classes: data.labels.count) }
  func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] { [] }
  func scorer() -> any Scorer { NoScores() }
  func baseline() -> (name: String, scores: [String: Double]) { ("none", [:]) }
}

private struct NoScores: Scorer {
  mutating func add(_ batch: Batch, predicted: [Int32], _ sums: LossSums) {}
  var scores: [String: Double] { [:] }
}
