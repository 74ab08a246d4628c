import UnrollKernels

/// One gate u between the state before and a candidate n:
///
///     u = σ(W_u x_t + b_u + U_u h_{t−1} + b'_u),  n = tanh(same form)
///     h_t = u ⊙ h_{t−1} + (1 − u) ⊙ n        where u keeps: a highway connection through time
///     h_t = (1 − u) ⊙ h_{t−1} + u ⊙ n        where it updates: a GRU without its reset gate, as the standard lecture notes have it
///
/// State: h, H floats. Cost: 2H (E + H) multiply-adds a token. Gates lie in the order u n.
struct UpdateGateCell: RecurrentCell {
  let weights: RecurrentWeights
  let keeps: Bool

  var carriesHidden: Bool { true }
  var blocks: [GateBlock] { [.gate("update"), .other("new")] }

  func gate(_ step: Unrolling.Step) {
    Kernels.updateStep(gates: step.gates, keeps: keeps, previous: step.previous(.hidden), hidden: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    Kernels.updateStepBack(
      gates: step.gates, keeps: keeps, previous: step.previous(.hidden), dy: dy, carry: step.carry(.hidden))
  }
}
