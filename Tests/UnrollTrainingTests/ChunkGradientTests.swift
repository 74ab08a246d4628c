import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// The gradient of a chunk is that of the chunk with the state before it, whatever memory the worker keeps the state in.
@Suite struct ChunkGradientTests {
  @Test(arguments: Small.backends)
  func workerEqualsPlainRun(backend: String) throws {
    let data = try Small.text("so wie es einmal war, so war es nie; und nun?")
    let task = try LanguageModelling(data, characters: true)
    let model = try Small.model(data, task, try Small.backend(backend, width: 7))
    guard case .stream(let text) = data.corpus else { throw InputError("not running text") }
    let batches = StreamBatcher(tokens: text.train).batches(columns: 3, chunk: 5)
    let worker = ShardWorker(parameters: model.parameters.count)
    let random = RandomSource(seed: 1)
    var state: [(values: [Float], rows: Int, columns: Int)]?
    for batch in batches {
      worker.train(model, batch, weight: 0.1, random)
      let (gradients, final) = plainRun(model, batch, state, random)
      #expect(worker.gradients.row.array == gradients)
      #expect(gradients.contains { $0 != 0 })
      state = final
    }
    #expect(batches.count > 2, "state must go through more than one chunk")
  }

  /// Forward and backward in fresh memory, from a state that nobody else can write to.
  private func plainRun(
    _ model: SequenceNetwork, _ batch: Batch,
    _ state: [(values: [Float], rows: Int, columns: Int)]?, _ random: RandomSource
  ) -> ([Float], [(values: [Float], rows: Int, columns: Int)]) {
    let slab = Buffer(count: model.parameters.count)
    let pass = Pass(
      batch.steps, parameters: model.parameters, gradients: slab, arena: Arena(), mode: .training, random: random)
    let initial = state?.map { slot in
      let matrix = pass.arena.matrix(batch.steps.sequences, slot.columns)
      matrix.assign(Array(slot.values[..<(matrix.rows * matrix.columns)]))
      return matrix
    }
    let loss = model.loss(batch, from: initial, weight: 0.1, pass)
    loss.pullback()
    return (slab.row.array, loss.state.map { ($0.array, $0.rows, $0.columns) })
  }
}
