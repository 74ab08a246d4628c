import UnrollCore
import UnrollKernels
import UnrollLayers

/// One shard's memory for the whole run: its arena, its gradient slab, the state it carries between chunks of text.
///
/// A batch is cut into a fixed number of shards; their gradients are summed in order, so results do not depend on how many
/// threads worked on them.
///
/// Unchecked: a step gives a worker to one thread at a time.
final class ShardWorker: @unchecked Sendable {
  let arena = Arena()
  let gradients: Buffer
  /// A buffer for each slot of the network's; none before the first step.
  var carried: [Buffer] = []
  private(set) var sums = LossSums()

  init(parameters: Int) { gradients = Buffer(count: parameters) }

  /// Forward and backward; the gradient is that of `weight` × (sum of losses).
  func train(_ network: any Network, _ batch: Batch, weight: Float, _ random: RandomSource) {
    arena.reset()
    gradients.row.fill(0)
    let loss = network.loss(
      batch, from: initial(batch, network), weight: weight, pass(batch, network, .training, random))
    if batch.isContinued { keep(loss.state) }
    sums = loss.sums
    loss.pullback()
  }

  /// Forward alone.
  func evaluate(_ network: any Network, _ batch: Batch, inspection: Inspection? = nil) -> Prediction {
    arena.reset()
    let found = network.predict(
      batch, from: initial(batch, network), pass(batch, network, .evaluation, inspection: inspection))
    if batch.isContinued { keep(found.state) }
    return found.prediction
  }

  private func pass(
    _ batch: Batch, _ network: any Network, _ mode: Pass.Mode, _ random: RandomSource = RandomSource(seed: 0),
    inspection: Inspection? = nil
  ) -> Pass {
    Pass(
      batch.steps, parameters: network.parameters, gradients: gradients, arena: arena, mode: mode,
      keepsState: batch.isContinued, random: random, inspection: inspection)
  }

  private func initial(_ batch: Batch, _ network: any Network) -> [Matrix]? {
    guard batch.continues else { return nil }
    // A copy: the way back may read the initial state after `keep` has written the final one.
    return zip(network.carried, carried).map { slot, buffer in
      arena.copy(buffer.matrix(rows: batch.steps.sequences, columns: slot.width))
    }
  }

  /// Copies the state out of the arena, whose memory the next step takes.
  private func keep(_ state: [Matrix]) {
    for (index, matrix) in state.enumerated() {
      if carried.count <= index { carried.append(Buffer(count: matrix.count)) }
      if carried[index].count < matrix.count { carried[index] = Buffer(count: matrix.count) }
      Kernels.copy(matrix, to: carried[index].matrix(rows: matrix.rows, columns: matrix.columns))
    }
  }
}
