import UnrollKernels
import UnrollLayers
import UnrollTraining

/// A stream must be the whole sequence, step by step.
extension Contract {
  /// Every sequence by itself and all side by side, from a state and, after a reset, from the first one.
  static func wholeIsStreamed(_ form: Form) throws -> Measurement {
    let model = try ContractModel(form)
    let all = ContractBatch(model.layer)
    var worst = Measurement(value: 0)
    for batch in [all, all.sequence(0)] {
      let count = batch.steps.sequences
      let stream = model.layer.stream(count, model.parameters)
      let summaries = model.layer.stream(count, model.parameters, summary: true)
      var fresh = batch
      fresh.state = nil
      for (batch, start) in [(batch, "from a state"), (fresh, "after a reset")] {
        for stream in [stream, summaries] {
          stream.reset()
          if let state = batch.state { for (view, values) in zip(stream.state, state) { view.assign(values) } }
        }
        let (whole, ours) = (model.run(batch, mode: .evaluation), outcome(of: stream, batch))
        worst.take(distance(ours.rows, whole.rows), "rows of \(count) streams \(start)")
        let summary = outcome(of: summaries, batch).summary
        worst.take(distance(summary, whole.summary), "summary of \(count) streams \(start)")
        for (index, slot) in model.layer.slots.enumerated() {
          worst.take(distance(ours.state[index], whole.state[index]), "\(slot.name) of \(count) streams \(start)")
        }
      }
    }
    let chosen = chosenRowsGoOn(model)
    worst.take(chosen.value, chosen.place)
    return worst
  }

  /// Rows that are taken from a stream, once, twice or not at all, into it or into another, go on as their sequences do.
  private static func chosenRowsGoOn(_ model: ContractModel) -> Measurement {
    let (count, length, first) = (3, 6, 4)
    let batch = ContractBatch(lengths: [Int](repeating: length, count: count), model.layer)
    let (steps, whole) = (batch.steps, model.run(batch, mode: .evaluation).rows)
    func step(_ stream: SequenceStream, _ t: Int, _ sequences: [Int]) -> [Float] {
      let rows = sequences.map { steps.range(t).lowerBound + $0 }
      stream.input.assign(batch.pick(batch.input, rows, of: steps.rows))
      stream.step()
      return stream.output.array
    }
    var worst = Measurement(value: 0)
    for sequences in [[2, 0, 0], [1, 2, 2, 0], [1]] {
      let from = model.layer.stream(count, model.parameters)
      for (view, values) in zip(from.state, batch.state ?? []) { view.assign(values) }
      for t in 0..<first { _ = step(from, t, Array(0..<count)) }
      let to = sequences.count == count ? from : model.layer.stream(sequences.count, model.parameters)
      to.take(sequences.map(Int32.init), of: from)
      for t in first..<length {
        let expected = batch.pick(whole, sequences.map { steps.range(t).lowerBound + $0 }, of: steps.rows)
        worst.take(distance(step(to, t, sequences), expected), "rows \(sequences) of a stream")
      }
    }
    return worst
  }

  /// Rows and final state as `ContractModel.run` has them; the summary is what each sequence's last step gave. A sequence that has
  /// ended goes on with what it had; nobody looks.
  private static func outcome(of stream: SequenceStream, _ batch: ContractBatch) -> ContractModel.Outcome {
    let (steps, width) = (batch.steps, stream.input.columns)
    var outcome = ContractModel.Outcome(summary: stream.output.array, state: stream.state.map(\.array))
    for t in 0..<steps.steps {
      let range = steps.range(t)
      stream.input.rows(0..<range.count).assign(
        Array(batch.input[range.lowerBound * width..<range.upperBound * width]))
      stream.step()
      let rows = stream.output.rows(0..<range.count).array
      outcome.rows += rows
      outcome.summary.replaceSubrange(..<rows.count, with: rows)
      for (index, view) in stream.state.enumerated() {
        let live = view.rows(0..<range.count).array
        outcome.state[index].replaceSubrange(..<live.count, with: live)
      }
    }
    return outcome
  }
}
