import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// One training step of a case on random tokens.
final class BenchStep {
  private let batch: Batch
  private let step: TrainingStep
  private let random: RandomSource

  init(_ item: BenchCase, threads: Int) throws {
    var training = TrainingOptions()
    training.clip = 1
    training.batch = item.batch
    training.shards = min(threads, item.batch)
    var random = RandomSource(seed: 1)
    let network = try SequenceNetwork(try item.recipe(), random: random.split("initial values"))
    let tokens = (0..<item.rows).map { _ in Int32(random.below(item.vocabulary)) }
    let targets = (0..<item.rows).map { _ in Int32(random.below(item.classes)) }
    batch = Batch(PackedSteps(count: item.batch, length: item.length), tokens: tokens, targets: targets)
    step = TrainingStep(network, training, threads: threads)
    self.random = random
  }

  /// - Throws: `InputError` where training breaks, after which times would mean nothing.
  func run() throws {
    do { _ = try step.run(batch, learningRate: 1e-3, random) } catch let broken as Divergence {
      throw InputError("training breaks after \(broken.step) steps: \(broken.tensor) is not finite")
    }
  }
}
