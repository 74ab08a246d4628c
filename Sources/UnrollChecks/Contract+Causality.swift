import UnrollKernels
import UnrollLayers
import UnrollTraining

/// What an input can reach.
extension Contract {
  /// The outputs before step t must not feel a change of a sequence's input at step t, and those of other sequences no change at all.
  /// (A convolution by FFT leaks rounding.)
  static func leakFromFuture(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    guard model.layer.isCausal else { return nil }
    return changes(model) { changed, seen in changed.sequence != seen.sequence || seen.step < changed.step }
  }

  /// A layer that says it is not causal must be worth the loss of streaming: the last token reaches the first output.
  static func useOfFuture(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    guard !model.layer.isCausal, form.reading == .everyStep else { return nil }
    return changes(model) { changed, seen in
      changed == Position(sequence: 0, step: ContractModel.lengths[0] - 1) && seen == Position(sequence: 0, step: 0)
    }
  }

  /// A row of a batch.
  private struct Position: Equatable {
    let sequence: Int
    let step: Int
  }

  /// The largest change of those rows that `isWatched` picks when the input of one row changes, over all rows in turn.
  private static func changes(
    _ model: ContractModel, _ isWatched: (_ changed: Position, _ seen: Position) -> Bool
  ) -> Measurement {
    let batch = ContractBatch(model.layer)
    let (before, width, count) = (model.run(batch, mode: .evaluation).rows, model.layer.inputWidth, batch.steps.rows)
    let positions = (0..<batch.steps.steps).flatMap { t in
      (0..<batch.steps.range(t).count).map { Position(sequence: $0, step: t) }
    }
    var worst = Measurement(value: 0)
    for (row, position) in positions.enumerated() {
      let watched = positions.indices.filter { isWatched(position, positions[$0]) }
      guard !watched.isEmpty else { continue }
      var changed = batch
      for j in 0..<width { changed.input[row * width + j] += 1 }
      let after = model.run(changed, mode: .evaluation).rows
      let distance = distance(batch.pick(after, watched, of: count), batch.pick(before, watched, of: count))
      worst.take(distance, "a change of sequence \(position.sequence) at step \(position.step)")
    }
    return worst
  }
}
