import UnrollKernels

/// y = W x + b for every row; W [out, in]; b may be missing. Cost: in × out multiply-adds a row.
public struct Linear: Layer {
  /// W [out, in].
  public let weight: Parameter
  /// b [out], where there is one.
  public let bias: Parameter?

  /// Width of its input's rows.
  public var inputWidth: Int { weight.shape[1] }
  /// Width of its output's rows.
  public var outputWidth: Int { weight.shape[0] }
  /// For a row.
  public var multiplyAdds: Int { weight.count }

  /// - Parameters:
  ///   - input: width of its input's rows.
  ///   - output: width of its output's rows.
  ///   - parameters: the scope of the layer.
  ///   - prefix: before the parameters' names, for several maps in one scope.
  ///   - weight: first values of W.
  ///   - bias: first values of b; nil for none.
  public init(
    _ input: Int, _ output: Int, _ parameters: ParameterBuilder, prefix: String = "",
    weight: Initialiser = .glorot(), bias: Initialiser? = .constant(0)
  ) {
    self.weight = parameters.add(prefix + "weight", [output, input], weight)
    self.bias = bias.map { parameters.add(prefix + "bias", [output], $0) }
  }

  /// A map whose weights are another layer's.
  package init(tied weight: Parameter, _ parameters: ParameterBuilder) {
    self.weight = weight
    bias = parameters.add("bias", [weight.shape[0]], .constant(0))
  }

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let w = pass.value(weight)
    let y = pass.arena.matrix(x.rows, outputWidth)
    if let bias { Kernels.fillRows(y, with: pass.value(bias)) }
    Kernels.multiply(x, w, .right, adding: bias != nil, into: y)
    return (
      y,
      { dy in
        Kernels.multiply(dy, x, .left, adding: true, into: pass.gradient(weight))
        if let bias { Kernels.addColumnSums(dy, to: pass.gradient(bias)) }
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.multiply(dy, w, into: dx)
        return dx
      }
    )
  }

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    PackedMap(pass.value(weight), bias: bias.map(pass.value), pass.arena).stream(x, pass)
  }
}
