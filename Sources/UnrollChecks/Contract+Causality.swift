import UnrollKernels
import UnrollLayers
import UnrollTraining

/// What an input can reach.
extension Contract {
  /// Outputs before step t must not feel a change at step t, nor may other sequences. (A convolution by FFT leaks rounding.)
  static func leakFromFuture(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    guard model.layer.isCausal else { return nil }
    return changes(model) { $0 < $1 }
  }

  /// A layer that says it is not causal must be worth the loss of streaming: the last token reaches the first output.
  static func useOfFuture(_ form: Form) throws -> Measurement? {
    let model = try ContractModel(form)
    guard !model.layer.isCausal, form.reading == .everyStep else { return nil }
    return changes(model) { $0 == 0 && $1 == ContractModel.lengths[0] - 1 }
  }

  /// The largest change of the rows (step s of the longest sequence, input changed at step t) that `among` picks.
  private static func changes(_ model: ContractModel, _ among: (_ s: Int, _ t: Int) -> Bool) -> Measurement {
    let batch = ContractBatch(model.layer)
    let (before, width) = (model.run(batch, mode: .evaluation).rows, model.layer.inputWidth)
    let rows = batch.rows(ofSequence: 0)
    var worst = Measurement(value: 0)
    for t in 1..<rows.count {
      var changed = batch
      for j in 0..<width { changed.input[rows[t] * width + j] += 1 }
      let after = model.run(changed, mode: .evaluation).rows
      let watched = (0..<t).filter { among($0, t) }.map { rows[$0] }
      guard !watched.isEmpty else { continue }
      let (a, b) = (batch.pick(after, watched, of: batch.steps.rows), batch.pick(before, watched, of: batch.steps.rows))
      worst.take(distance(a, b), "a change at step \(t)")
    }
    return worst
  }
}
