import UnrollKernels

/// y = scale ⊙ x/√(mean(x²) + 1e−5) along each row (Zhang & Sennrich 2019).
public struct RMSNorm: Layer {
  /// [width], at first ones.
  public let scale: Parameter

  /// - Parameters:
  ///   - width: of a row.
  ///   - parameters: the scope of the layer.
  public init(_ width: Int, _ parameters: ParameterBuilder) {
    scale = parameters.add("weight", [width], .constant(1))
  }

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let y = pass.arena.matrix(x.rows, x.columns)
    let inverse = pass.arena.matrix(x.rows, 1)
    let weight = pass.value(scale)
    Kernels.rmsNorm(x, scale: weight, inverse: inverse, into: y)
    return (
      y,
      { dy in
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.rmsNormBack(x, inverse: inverse, scale: weight, dy, into: dx, addScale: pass.gradient(scale))
        return dx
      }
    )
  }

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let (y, inverse, scale) = (pass.arena.matrix(x.rows, x.columns), pass.arena.matrix(x.rows, 1), pass.value(scale))
    return SequenceStream(x, y, [], pass) { Kernels.rmsNorm(x, scale: scale, inverse: inverse, into: y) }
  }
}
