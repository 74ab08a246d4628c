import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// One training step of a case on random tokens.
final class BenchStep {
  private let batch: Batch
  private let step: TrainingStep<RandomTags>
  private let random: RandomSource

  init(_ item: BenchCase, threads: Int) throws {
    var training = TrainingOptions()
    training.clip = 1
    training.batch = item.batch
    training.shards = min(threads, item.batch)
    var random = RandomSource(seed: 1)
    let model = try SequenceModel(
      vocabulary: item.vocabulary, classes: item.classes, item.modelOptions, try item.settings(), .everyStep,
      random: random.split("initial values"))
    let tokens = (0..<item.rows).map { _ in Int32(random.below(item.vocabulary)) }
    let targets = (0..<item.rows).map { _ in Int32(random.below(item.classes)) }
    batch = Batch(PackedSteps(count: item.batch, length: item.length), tokens: tokens, targets: targets)
    step = TrainingStep(model, RandomTags(classes: item.classes), training, threads: threads)
    self.random = random
  }

  /// - Throws: `InputError` where training breaks, after which times would mean nothing.
  func run() throws {
    do { _ = try step.run(batch, learningRate: 1e-3, random) } catch let broken as Divergence {
      throw InputError("training breaks after \(broken.step) steps: \(broken.tensor) is not finite")
    }
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
