import UnrollKernels

/// A layer whose first state is trained instead of empty: one vector a slot, the same for all sequences.
///
/// Slots that cannot be learned (counters, keys that nothing has filled, what is empty at another value than zero) begin empty.
struct LearnedState: WrappingLayer {
  let inner: any SequenceLayer
  /// One a slot; nil where the state begins empty.
  let initial: [Parameter?]

  init(_ inner: any SequenceLayer, _ parameters: ParameterBuilder) {
    self.inner = inner
    initial = inner.slots.map { slot in
      guard slot.learnable else { return nil }
      return parameters.add("initial_\(slot.name)", [slot.width], .constant(0))
    }
  }

  var summaryWidth: Int { inner.summaryWidth }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    guard state == nil else { return inner.forward(x, from: state, pass) }
    let first = inner.emptyState(pass.steps.sequences, pass.arena)
    for case (let matrix, let parameter?) in zip(first, initial) {
      Kernels.fillRows(matrix, with: pass.value(parameter))
    }
    let (output, pullback) = inner.forward(x, from: first, pass)
    return (
      output,
      { [initial] gradient in
        let (dx, dState) = pullback(gradient)
        for case (let matrix, let parameter?) in zip(dState, initial) {
          Kernels.addColumnSums(matrix, to: pass.gradient(parameter))
        }
        return (dx, dState)
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream { beginning(inner.stream(x, pass), pass) }

  func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream { beginning(inner.summaryStream(x, pass), pass) }

  private func beginning(_ stream: SequenceStream, _ pass: Pass) -> SequenceStream {
    stream.beginning(with: initial.map { $0.map(pass.value) })
  }
}
