import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// The loss, an output or a tensor is no longer a number.
public struct Divergence: Error, Equatable, Sendable {
  /// Updates that were made before.
  public let step: Int
  /// The first tensor that broke: `loss`, `gradient of NAME`, or a parameter's name; in an evaluation also `output` or a metric.
  public let tensor: String
  /// Where it was seen in an evaluation, not in a step of training.
  public let split: Split?

  package init(step: Int, tensor: String, split: Split? = nil) {
    self.step = step
    self.tensor = tensor
    self.split = split
  }

  /// One sentence.
  public var sentence: String {
    "training diverged at step \(step): \(tensor)\(split.map { " on the \($0.rawValue) split" } ?? "") is not finite"
  }
}

/// One step of training: shards forward and backward, one norm, one clip, one update over the slab.
public final class TrainingStep {
  /// What is trained.
  public let network: any Network
  private let options: TrainingOptions
  private let optimiser: Optimiser
  private let workers: [ShardWorker]
  private let team: Team

  /// Of all gradients of the last step, before clipping.
  private(set) var gradientNorm = 0.0

  /// Memory for gradients is as large as the parameters, once a shard.
  public init(_ network: any Network, _ options: TrainingOptions, threads: Int = 1) {
    self.network = network
    self.options = options
    team = Team(threads: threads)
    optimiser = Optimiser(options.optimiser, network.parameters)
    workers = (0..<options.shards).map { _ in ShardWorker(parameters: network.parameters.count) }
  }

  /// How often the arenas asked the system for memory.
  var arenaGrowths: Int { workers.reduce(0) { $0 + $1.arena.growths } }

  /// - Returns: the batch's loss sums.
  /// - Throws: `Divergence`.
  public func run(_ batch: Batch, learningRate: Double, _ random: RandomSource) throws -> LossSums {
    let shards = batch.shards(workers.count)
    let weight = 1 / Float(max(1, batch.asked))
    team.forEach(shards.count) { [network, workers] index in
      workers[index].train(network, shards[index], weight: weight, random.split(index))
    }
    let sums = workers[..<shards.count].reduce(into: LossSums()) { $0 += $1.sums }
    let gradients = workers[0].gradients
    let norm = gather(shards.count)
    gradientNorm = norm
    guard sums.loss.isFinite && norm.isFinite else {
      throw Divergence(step: optimiser.steps, tensor: firstBroken(sums, gradients))
    }
    optimiser.step(
      gradients, learningRate: learningRate, scale: Clipping.factor(norm: norm, maximum: options.clip), team)
    return sums
  }

  /// What is kept between steps beside the weights, as it stands in a checkpoint.
  var kept: [String: Buffer] {
    var kept = Dictionary(
      uniqueKeysWithValues: optimiser.moments.map { ("optimiser.\($0)", network.parameters.trained(of: $1)) })
    for (shard, worker) in workers.enumerated() {
      for (slot, buffer) in worker.carried.enumerated() { kept["carried.\(shard).\(slot)"] = buffer }
    }
    return kept
  }

  /// Goes on from what another step has kept, after so many updates.
  func goOn(from kept: [String: Buffer], steps: Int) {
    optimiser.steps = steps
    for (name, own) in optimiser.moments { network.parameters.put(kept["optimiser.\(name)"]!, into: own) }
    for (shard, worker) in workers.enumerated() {
      let slots = network.carried.indices.compactMap { kept["carried.\(shard).\($0)"] }
      worker.carried = slots.map(Buffer.init(copying:))
    }
  }

  /// Sums the gradients of all shards into those of the first, in order. Returns their norm.
  private func gather(_ shards: Int) -> Double {
    let (total, blocks) = (workers[0].gradients.row, (0..<network.parameters.count).blocks)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: blocks.count) { squares in
      // Each thread writes to blocks, and to squares, of its own.
      nonisolated(unsafe) let (total, squares) = (total, squares)
      team.forEach(blocks.count) { [workers] index in
        let block = total.columns(blocks[index])
        for worker in workers[1..<shards] {
          Kernels.addScaled(worker.gradients.row.columns(blocks[index]), by: 1, to: block)
        }
        squares[index] = Kernels.sumOfSquares(block)
      }
      return squares.prefix(blocks.count).reduce(0, +).squareRoot()
    }
  }

  /// Finds what the last update broke before its weights are scored.
  ///
  /// - Throws: `Divergence`.
  func checkWeights() throws {
    if let broken = brokenWeight { throw Divergence(step: optimiser.steps, tensor: broken) }
  }

  private var brokenWeight: String? {
    network.parameters.list.first { !Kernels.isFinite(network.parameters.value($0)) }?.name
  }

  /// Weights break before the loss, the loss before its gradients.
  private func firstBroken(_ sums: LossSums, _ gradients: Buffer) -> String {
    if let broken = brokenWeight { return broken }
    if !sums.loss.isFinite { return "loss" }
    // Backward order: of the gradients, the one nearest to the loss. None when only their norm overflowed.
    let broken = network.parameters.list.last { !Kernels.isFinite($0.view(in: gradients)) }
    return broken.map { "gradient of \($0.name)" } ?? "norm of the gradient"
  }
}
