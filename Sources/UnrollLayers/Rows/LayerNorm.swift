import UnrollKernels

/// y = scale ⊙ (x − mean)/√(variance + 1e−5) + shift along each row (Ba et al. 2016).
public struct LayerNorm: Layer {
  /// [width], at first ones.
  public let scale: Parameter
  /// [width]
  public let shift: Parameter

  /// - Parameters:
  ///   - width: of a row.
  ///   - shift: first values of the shift.
  ///   - parameters: the scope of the layer.
  ///   - prefix: before the parameters' names, for several norms in one scope.
  public init(
    _ width: Int, shift: Initialiser = .constant(0), _ parameters: ParameterBuilder, prefix: String = "norm_"
  ) {
    scale = parameters.add(prefix + "weight", [width], .constant(1))
    self.shift = parameters.add(prefix + "bias", [width], shift)
  }

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let y = pass.arena.matrix(x.rows, x.columns)
    let normalised = pass.arena.matrix(x.rows, x.columns)
    let inverse = pass.arena.matrix(x.rows, 1)
    let weight = pass.value(scale)
    Kernels.layerNorm(x, scale: weight, shift: pass.value(shift), normalised: normalised, inverse: inverse, into: y)
    return (
      y,
      { dy in
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.layerNormBack(
          normalised: normalised, inverse: inverse, scale: weight, dy, into: dx, addScale: pass.gradient(scale),
          addShift: pass.gradient(shift))
        return dx
      }
    )
  }

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let (y, normalised) = (pass.arena.matrix(x.rows, x.columns), pass.arena.matrix(x.rows, x.columns))
    let inverse = pass.arena.matrix(x.rows, 1)
    let (scale, shift) = (pass.value(scale), pass.value(shift))
    return SequenceStream(x, y, [], pass) {
      Kernels.layerNorm(x, scale: scale, shift: shift, normalised: normalised, inverse: inverse, into: y)
    }
  }
}
