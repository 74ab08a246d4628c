import UnrollKernels

/// What the input adds to a recurrent cell's pre-activations: W_ih x + b_ih, [R, gH] for all rows at once.
public struct RecurrentInput: Layer {
  let weights: RecurrentWeights
  /// Adds b_hh as well, for a cell that has no other place for it; its gradient is that of the recurrent product.
  let bothBiases: Bool

  /// - Parameters:
  ///   - weights: whose weight_ih and bias_ih it uses.
  ///   - bothBiases: whether b_hh is added as well, since the recurrent product has no place for it.
  public init(weights: RecurrentWeights, bothBiases: Bool) { (self.weights, self.bothBiases) = (weights, bothBiases) }

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let y = pass.arena.matrix(x.rows, weights.gates * weights.width)
    let bias = bias(pass)
    if let bias { Kernels.fillRows(y, with: bias) }
    Kernels.multiply(x, pass.value(weights.ih), .right, adding: bias != nil, into: y)
    return (
      y,
      { [weights] dy in
        Kernels.multiply(dy, x, .left, adding: true, into: pass.gradient(weights.ih))
        if let biases = weights.biases { Kernels.addColumnSums(dy, to: pass.gradient(biases.ih)) }
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.multiply(dy, pass.value(weights.ih), into: dx)
        return dx
      }
    )
  }

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    PackedMap(pass.value(weights.ih), bias: bias(pass), pass.arena).stream(x, pass)
  }

  private func bias(_ pass: Pass) -> Matrix? {
    weights.biases.map { biases in
      let bias = pass.arena.copy(pass.value(biases.ih))
      if bothBiases { Kernels.add(pass.value(biases.hh), to: bias) }
      return bias
    }
  }
}
