import UnrollKernels

/// Each element is zero with the given probability and scaled up otherwise (Srivastava et al. 2014); nothing in evaluation.
public struct Dropout: Layer {
  public let probability: Double
  /// Names this layer's split of the pass's random source.
  let name: String

  public init(_ probability: Double, name: String) {
    self.probability = probability
    self.name = name
  }

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    guard pass.mode == .training, probability > 0 else { return (x, { $0 }) }
    var source = pass.random.split(name)
    let mask = pass.arena.matrix(x.rows, x.columns)
    Kernels.dropoutMask(mask, probability: probability, key: source.next())
    let y = pass.arena.matrix(x.rows, x.columns)
    Kernels.multiplyElements(x, mask, into: y)
    return (
      y,
      { dy in
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.multiplyElements(dy, mask, into: dx)
        return dx
      }
    )
  }
}
