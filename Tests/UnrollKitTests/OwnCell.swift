import UnrollKit

/// A cell as somebody writes it who has read the README alone: an update gate, in terms of whole matrices.
///
///     z = σ(W_z x + U_z h + b_z),  c = tanh(W_c x + U_c h + b_c),  h' = z ⊙ h + (1 − z) ⊙ c
struct OwnCell: RecurrentCell {
  let weights: RecurrentWeights

  var carriesHidden: Bool { true }
  /// The gradients of z and c.
  var scratchWidth: Int { 2 * weights.width }

  private func halves(_ gates: Matrix) -> (z: Matrix, c: Matrix) {
    (gates.columns(weights.gates(0..<1)), gates.columns(weights.gates(1..<2)))
  }

  func gate(_ step: Unrolling.Step) {
    let (z, c) = halves(step.gates)
    Kernels.sigmoid(z, into: z)
    Kernels.tanh(c, into: c)
    Kernels.mix(step.previous(.hidden), c, z, into: step.current(.hidden))
  }

  func gateBack(_ step: Unrolling.Step, dy: Matrix) {
    let ((z, c), (dz, dc), dh) = (halves(step.gates), halves(step.scratch), step.carry(.hidden))
    Kernels.add(dy, to: dh)
    Kernels.mixBack(step.previous(.hidden), c, z, dh, into: dh, dc, dz)
    Kernels.sigmoidBack(z, dz, into: z)
    Kernels.tanhBack(c, dc, into: c)
  }
}

struct OwnOptions: BackendOptions {
  static let name = "own"
  static let version = 1
  static let summary = "update gate: h = z h + (1 − z) tanh(W x + U h + b)"
  static let table = RecurrentSettings.table.map { $0.lifted(\OwnOptions.recurrent) }

  var recurrent = RecurrentSettings()

  func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    let weights = RecurrentWeights(gates: 2, shape, recurrent, bias: [1, 0], parameters)
    return RecurrentLayer(OwnCell(weights: weights), recurrent, parameters)
  }
}
