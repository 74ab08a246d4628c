import UnrollKernels
import UnrollLayers

/// What a network says of the backends in it.
extension Network {
  /// Floats carried from step to step for one sequence, counted from the state that a step returns; nil for a backend that needs the whole
  /// sequence.
  func measuredStateFloats(of backend: any SequenceLayer) -> Int? {
    guard backend.isCausal else { return nil }
    let pass = singleStep
    let x = pass.arena.zeros(1, backend.inputWidth)
    return backend.forward(x, from: nil, pass).output.state.reduce(0) { $0 + $1.columns }
  }

  /// What backends report of themselves, as far as it is finite; of several the largest counts.
  func measurements(of backends: [any SequenceLayer]) -> [String: Double] {
    // A matrix exponential of infinities does not come back.
    guard Kernels.isFinite(parameters.values.row) else { return [:] }
    let pass = singleStep
    return withExtendedLifetime(pass) {
      backends.reduce(into: [:]) { $0.merge($1.measurements(pass).filter { $0.value.isFinite }) { max($0, $1) } }
    }
  }

  private var singleStep: Pass {
    Pass(
      PackedSteps(count: 1, length: 1), parameters: parameters, gradients: Buffer(count: 0), arena: Arena(),
      mode: .evaluation)
  }
}
