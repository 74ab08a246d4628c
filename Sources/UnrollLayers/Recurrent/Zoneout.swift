import UnrollKernels

/// Zoneout (Krueger et al. 2017): s_t = k ⊙ s_{t−1} + (1 − k) ⊙ s̃_t, where k is 1 with the given probability for every unit and step
/// in training, and the probability itself in evaluation.
final class Zoneout {
  /// k of each slot, [R, H].
  private let kept: [Matrix]
  private let steps: PackedSteps
  var slots: Int { kept.count }
  /// Gradients that go past the cell, [B, H] a slot.
  private var past: [Matrix] = []

  /// Nil when nothing is kept.
  init?(_ probability: Double, slots: Int, _ width: Int, name: String, _ pass: Pass) {
    guard probability > 0 else { return nil }
    steps = pass.steps
    kept = (0..<slots).map { slot in
      // A dropout mask is 0 or 1/(1 − p); that of the complement, scaled, is k.
      if let mask = pass.mask(1 - probability, pass.steps.rows, width, "\(name) zoneout \(slot)") {
        Kernels.scale(mask, by: Float(probability))
        return mask
      }
      let mean = pass.arena.matrix(pass.steps.rows, width)
      mean.fill(Float(probability))
      return mean
    }
  }

  private func rows(_ slot: Int, _ t: Int) -> Matrix { kept[slot].rows(steps.range(t)) }

  func mix(_ slot: Int, _ t: Int, before: Matrix, now: Matrix, into out: Matrix) {
    Kernels.mix(before, now, rows(slot, t), into: out)
  }

  func beginBack(_ count: Int, _ arena: Arena) { past = kept.map { arena.matrix(count, $0.columns) } }

  /// Keeps k ⊙ gradient for later and leaves (1 − k) ⊙ gradient.
  func split(_ slot: Int, _ t: Int, _ gradient: Matrix) {
    let share = past[slot].rows(0..<gradient.rows)
    Kernels.multiplyElements(gradient, rows(slot, t), into: share)
    Kernels.addScaled(share, by: -1, to: gradient)
  }

  func addKept(_ slot: Int, to carry: Matrix) { Kernels.add(past[slot].rows(0..<carry.rows), to: carry) }
}
