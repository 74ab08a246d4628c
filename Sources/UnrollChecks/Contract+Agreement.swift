import Dispatch
import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// Runs whose results must be the same: with and without a state, batched or alone, whole or in pieces, again and again.
extension Contract {
  static func noStateIsEmptyState(_ form: Form) throws -> Measurement? {
    // A learned state is not the empty one, and its gradient has a check of its own.
    guard form.settings.stack.initialState == .empty else { return nil }
    let model = try ContractModel(form)
    var batch = ContractBatch(model.layer)
    batch.state = model.layer.slots.map { [Float](repeating: $0.empty, count: $0.width * batch.steps.sequences) }
    var without = batch
    without.state = nil
    let (a, b) = (model.run(without), model.run(batch))
    let forward = differences(a.rows + a.summary + a.state.flatMap { $0 }, b.rows + b.summary + b.state.flatMap { $0 })
    return Measurement(
      value: forward + differences(a.parameterGradient + a.inputGradient, b.parameterGradient + b.inputGradient))
  }

  static func raggedIsOneAtATime(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    let batch = ContractBatch(model.layer)
    let (whole, count) = (model.run(batch), batch.steps.sequences)
    var worst = Measurement(value: 0)
    var gradient = [Float](repeating: 0, count: model.parameters.count)
    for b in 0..<count {
      let alone = model.run(batch.sequence(b))
      let rows = batch.rows(ofSequence: b)
      worst.take(distance(batch.pick(whole.rows, rows, of: batch.steps.rows), alone.rows), "rows of sequence \(b)")
      worst.take(distance(batch.pick(whole.summary, [b], of: count), alone.summary), "summary of sequence \(b)")
      let input = batch.pick(whole.inputGradient, rows, of: batch.steps.rows)
      worst.take(distance(input, alone.inputGradient), "input gradient of sequence \(b)")
      for (index, slot) in model.layer.slots.enumerated() {
        let (state, back) = (whole.state[index], whole.stateGradient[index])
        worst.take(distance(batch.pick(state, [b], of: count), alone.state[index]), "\(slot.name) of sequence \(b)")
        let place = "gradient of \(slot.name) of sequence \(b)"
        worst.take(distance(batch.pick(back, [b], of: count), alone.stateGradient[index]), place)
      }
      gradient = sum(gradient, alone.parameterGradient)
    }
    worst.take(distance(gradient, whole.parameterGradient), "parameters")
    return worst
  }

  /// One step at a time in evaluation, from a state that is not empty: as single passes, and as a stream.
  static func wholeIsStepByStep(_ form: Form) throws -> Measurement? {
    let longest = ContractModel.lengths[0]
    guard var worst = try inChunks(form, (0..<longest).map { $0..<$0 + 1 }, .evaluation) else { return nil }
    let streamed = try wholeIsStreamed(form)
    worst.take(streamed.value, streamed.place)
    return worst
  }

  /// As a long text is trained.
  static func wholeIsInChunks(_ form: Form) throws -> Measurement? {
    try inChunks(form, [0..<3, 3..<ContractModel.lengths[0]], .training)
  }

  private static func inChunks(_ form: Form, _ chunks: [Range<Int>], _ mode: Pass.Mode) throws -> Measurement? {
    let model = try ContractModel(form)
    guard model.layer.isCausal else { return nil }
    let batch = ContractBatch(model.layer)
    let whole = model.run(batch, mode: mode)
    var (rows, summary, state): ([Float], [Float], [[Float]]) = ([], whole.summary.map { _ in 0 }, batch.state ?? [])
    for chunk in chunks {
      let part = model.run(batch.chunk(chunk, from: state), mode: mode)
      rows += part.rows
      // Sequences that have ended keep what they ended with.
      summary.replaceSubrange(..<part.summary.count, with: part.summary)
      for index in state.indices { state[index].replaceSubrange(..<part.state[index].count, with: part.state[index]) }
    }
    var worst = Measurement(value: distance(rows, whole.rows), place: "rows")
    worst.take(distance(summary, whole.summary), "summary")
    for (index, slot) in model.layer.slots.enumerated() {
      worst.take(distance(state[index], whole.state[index]), slot.name)
    }
    return worst
  }

  static func evaluationIsTraining(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    let batch = ContractBatch(model.layer)
    let (a, b) = (model.run(batch, mode: .evaluation), model.run(batch))
    return Measurement(value: max(distance(a.rows, b.rows), distance(a.summary, b.summary)))
  }

  static func sameSeedSameBits(_ form: Form) throws -> Measurement? {
    let (a, b) = (try ContractModel(form), try ContractModel(form))
    let batch = ContractBatch(a.layer)
    return Measurement(value: differences(a.run(batch).all, b.run(batch).all))
  }

  /// Several threads share one layer and its parameters, as shards of a batch do.
  static func threadsSameBits(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    let batch = ContractBatch(model.layer)
    let alone = model.run(batch).all
    // What is derived from the parameters is made anew, by whichever thread comes first.
    model.parameters.changed()
    let lock = DispatchSemaphore(value: 1)
    // Written under the lock.
    nonisolated(unsafe) var outcomes: [[Float]] = []
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      let outcome = model.run(batch).all
      lock.wait()
      outcomes.append(outcome)
      lock.signal()
    }
    return Measurement(value: outcomes.reduce(0) { $0 + differences($1, alone) })
  }

  static func saveLoadSameBits(_ form: Form) throws -> Measurement? {
    let (saved, loaded) = (try ContractModel(form), try ContractModel(form, seed: 8))
    let batch = ContractBatch(saved.layer)
    // What is derived from the old values must not outlive them.
    let before = loaded.run(batch)
    try loaded.parameters.load(SafeTensors(SafeTensors(tensors: saved.parameters.tensors).encoded()).tensors)
    let (a, b) = (saved.run(batch), loaded.run(batch))
    guard differences(before.rows, b.rows) > 0 else {
      return Measurement(value: .infinity, place: "loading changed nothing")
    }
    return Measurement(value: differences(a.all, b.all))
  }
}
