import UnrollKernels

/// Layers one after the other; a layer itself.
public struct Chain: Layer {
  let layers: [any Layer]

  /// - Parameter layers: the first reads the input; each is as wide as the next one reads.
  public init(_ layers: [any Layer]) { self.layers = layers }

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    var y = x
    var pullbacks: [Pullback] = []
    for layer in layers {
      let (next, pullback) = layer.forward(y, pass)
      y = next
      pullbacks.append(pullback)
    }
    return (y, { dy in pullbacks.reversed().reduce(dy) { gradient, pullback in pullback(gradient) } })
  }

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    layers.reduce(.identity(x, pass)) { $0.then($1) }
  }
}
