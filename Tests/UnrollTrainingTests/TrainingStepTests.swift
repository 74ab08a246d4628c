import Testing
import UnrollCore
import UnrollData
import UnrollKernels

@testable import UnrollTraining

/// One step: the same bits on any number of threads, in memory that does not grow.
@Suite struct TrainingStepTests {
  @Test(arguments: Small.backends, [2, 4])
  func threadsDoNotChangeABit(backend: String, shards: Int) throws {
    let single = try weights(backend, shards: shards, threads: 1)
    for _ in 0..<3 { #expect(try weights(backend, shards: shards, threads: 2) == single) }
  }

  /// A slab of several blocks, whose sums, norm and update are spread over the threads.
  @Test func threadsDoNotChangeABitOfALargeModel() throws {
    func trained(threads: Int) throws -> [UInt32] {
      let (data, task) = try large()
      let model = try Small.model(data, task, try Small.backend("lstm", width: 100, .bidirectional), dropout: 0.3)
      #expect(model.parameters.count > 2 << 15, "more than two blocks")
      let before = model.weights
      var options = TrainingOptions()
      (options.shards, options.clip, options.optimiser.kind) = (3, 0.01, .adam)
      let step = TrainingStep(model, options, threads: threads)
      for (index, batch) in task.batches(.train, options, RandomSource(seed: 2)).prefix(3).enumerated() {
        _ = try step.run(batch, learningRate: 0.01, RandomSource(seed: UInt64(index)))
      }
      #expect(model.weights != before)
      return model.weights.map(\.bitPattern)
    }
    let single = try trained(threads: 1)
    for threads in [2, 3] { #expect(try trained(threads: threads) == single) }
  }

  /// Shards only change the order of sums.
  @Test(arguments: Small.backends)
  func shardsAddUp(backend: String) throws {
    let (one, four) = (try weights(backend, shards: 1, dropout: 0), try weights(backend, shards: 4, dropout: 0))
    #expect(zip(one, four).allSatisfy { abs($0 - $1) < 2e-4 })
    #expect(one.count == four.count)
  }

  @Test(arguments: Small.backends, [(1, 1), (2, 1), (2, 2)])
  func arenasDoNotGrowAfterTheFirstStep(backend: String, parts: (shards: Int, threads: Int)) throws {
    let (shards, threads) = parts
    let (data, task) = try large()
    let model = try Small.model(data, task, try Small.backend(backend, width: 33, .bidirectional))
    var options = TrainingOptions()
    options.shards = shards
    let step = TrainingStep(model, options, threads: threads)
    let batch = task.batches(.train, options, nil)[0]
    _ = try step.run(batch, learningRate: 0.001, RandomSource(seed: 1))
    let growths = step.arenaGrowths
    #expect(growths >= shards)
    for number in 2..<6 { _ = try step.run(batch, learningRate: 0.001, RandomSource(seed: UInt64(number))) }
    #expect(step.arenaGrowths == growths)
  }

  private func large() throws -> (EncodedData, Tagging) {
    let data = try Small.tagged(Small.sentences(200))
    return (data, Tagging(data, characters: false))
  }

  private func weights(_ backend: String, shards: Int, threads: Int = 1, dropout: Double = 0.3) throws -> [Float] {
    let data = try Small.tagged(Small.sentences(30))
    let task = Tagging(data, characters: false)
    let model = try Small.model(data, task, try Small.backend(backend, width: 5, .bidirectional), dropout: dropout)
    var options = TrainingOptions()
    (options.shards, options.batch) = (shards, 7)
    options.optimiser.kind = .sgd
    let step = TrainingStep(model, options, threads: threads)
    for (index, batch) in task.batches(.train, options, RandomSource(seed: 2)).enumerated() {
      _ = try step.run(batch, learningRate: 0.1, RandomSource(seed: UInt64(index)))
    }
    return model.weights
  }
}
