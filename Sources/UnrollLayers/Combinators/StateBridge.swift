import UnrollCore
import UnrollKernels

/// How a decoder begins where its encoder ends.
///
/// Where both carry the same state it is handed over as it is. Otherwise every slot that can be trained begins as a map of the encoder's
/// summary z [B, Z], s = tanh(W z + b) (Bahdanau et al. 2015), and the others begin empty: counters, kept keys, normalisers.
struct StateBridge {
  /// Of the decoder.
  private let slots: [StateSlot]
  /// Whether the encoder's state is taken as it is.
  let isCopy: Bool
  /// One a slot, nil where it begins empty; all are where the state is copied.
  private let maps: [Linear?]

  init(from encoder: any SequenceLayer, to decoder: any SequenceLayer, _ parameters: ParameterBuilder) {
    let slots = decoder.slots
    let isCopy = encoder.slots == slots
    (self.slots, self.isCopy) = (slots, isCopy)
    maps = slots.map { slot in
      isCopy || !slot.learnable
        ? nil : Linear(encoder.summaryWidth, slot.width, parameters, prefix: "\(slot.name).")
    }
  }

  /// Whether the decoder begins with nothing of its source.
  var isEmpty: Bool { slots.isEmpty || !isCopy && maps.allSatisfy { $0 == nil } }

  /// - Parameter end: what the encoder returned, of B sources; its state is read where `isCopy`.
  /// - Returns: one [B, width] matrix a slot, nil for the empty state; and the way back from its gradient.
  func forward(
    _ end: SequenceOutput, _ pass: Pass
  ) -> (state: [Matrix]?, pullback: ([Matrix]) -> SequenceGradient) {
    if isEmpty { return (nil, { _ in SequenceGradient() }) }
    if isCopy { return (end.state, { SequenceGradient(state: $0) }) }
    let (arena, summary) = (pass.arena, end.summary)
    let empty = slots.empty(summary.rows, arena)
    var backs: [Pullback?] = []
    let state = zip(maps, empty).map { map, empty in
      guard let (y, back) = map?.forward(summary, pass) else {
        backs.append(nil)
        return empty
      }
      Kernels.tanh(y, into: y)
      backs.append { dy in
        let inner = arena.matrix(y.rows, y.columns)
        Kernels.tanhBack(y, dy, into: inner)
        return back(inner)
      }
      return y
    }
    return (
      state,
      { gradients in
        let dSummary = arena.zeros(summary.rows, summary.columns)
        for (back, gradient) in zip(backs, gradients) {
          if let back { Kernels.add(back(gradient), to: dSummary) }
        }
        return SequenceGradient(summary: dSummary)
      }
    )
  }
}
