import UnrollKernels

/// y = x Wᵀ + b over and over, with W [out, in] packed once.
struct PackedMap {
  private let weights: PackedWeights
  private let bias: Matrix?

  init(_ weights: Matrix, bias: Matrix?, _ arena: Arena) {
    self.weights = PackedWeights(weights, transposed: true, arena)
    self.bias = bias
  }

  func callAsFunction(_ x: Matrix, into y: Matrix) {
    if let bias { Kernels.fillRows(y, with: bias) }
    Kernels.multiply(x, weights, adding: bias != nil, into: y)
  }

  /// The map as a stream from x.
  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let y = pass.arena.matrix(x.rows, weights.columns)
    return SequenceStream(x, y, [], pass) { self(x, into: y) }
  }
}
