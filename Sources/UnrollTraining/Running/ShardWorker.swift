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
  private var carried: [Buffer] = []
  private(set) var sums = LossSums()

  init(parameters: Int) { gradients = Buffer(count: parameters) }

  /// Forward and backward; the gradient is that of `weight` × (sum of losses).
  func train(_ model: SequenceModel, _ task: some Task, _ batch: Batch, weight: Float, _ random: RandomSource) {
    arena.reset()
    gradients.row.fill(0)
    let pass = Pass(
      batch.steps, parameters: model.parameters, gradients: gradients, arena: arena, mode: .training,
      keepsState: model.reading == .causal, random: random)
    let (logits, state, pullback) = model.forward(batch.tokens, from: initial(batch, model), pass)
    keep(state, model)
    sums = task.loss(logits, batch, weight: weight)
    pullback(logits)
  }

  /// Forward alone; the prediction for every target, −1 where a logit is not finite.
  func evaluate(_ model: SequenceModel, _ task: some Task, _ batch: Batch) -> [Int32] {
    arena.reset()
    let pass = Pass(
      batch.steps, parameters: model.parameters, gradients: gradients, arena: arena, mode: .evaluation,
      keepsState: model.reading == .causal)
    let (logits, state, _) = model.forward(batch.tokens, from: initial(batch, model), pass)
    keep(state, model)
    let (sums, predicted) = task.prediction(logits, batch)
    self.sums = sums
    return predicted
  }

  private func initial(_ batch: Batch, _ model: SequenceModel) -> [Matrix]? {
    guard batch.continues else { return nil }
    // A copy: the way back may read the initial state after `keep` has written the final one.
    return zip(model.backend.slots, carried).map { slot, buffer in
      arena.copy(buffer.matrix(rows: batch.steps.sequences, columns: slot.width))
    }
  }

  /// Copies the state out of the arena, whose memory the next step takes.
  private func keep(_ state: [Matrix], _ model: SequenceModel) {
    guard model.reading == .causal else { return }
    for (index, matrix) in state.enumerated() {
      if carried.count <= index { carried.append(Buffer(count: matrix.count)) }
      if carried[index].count < matrix.count { carried[index] = Buffer(count: matrix.count) }
      Kernels.copy(matrix, to: carried[index].matrix(rows: matrix.rows, columns: matrix.columns))
    }
  }
}
