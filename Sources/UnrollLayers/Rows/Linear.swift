import UnrollKernels

/// y = W x + b for every row; W [out, in]. Cost: in × out multiply-adds a row.
public struct Linear: Layer {
  public let weight: Parameter
  public let bias: Parameter

  public var inputWidth: Int { weight.shape[1] }
  public var outputWidth: Int { weight.shape[0] }
  public var multiplyAdds: Int { weight.count }

  public init(_ input: Int, _ output: Int, _ parameters: ParameterBuilder, prefix: String = "") {
    weight = parameters.add(prefix + "weight", [output, input], .glorot())
    bias = parameters.add(prefix + "bias", [output], .constant(0))
  }

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    let w = pass.value(weight)
    let y = pass.arena.matrix(x.rows, outputWidth)
    Kernels.fillRows(y, with: pass.value(bias))
    Kernels.multiply(x, w, .right, adding: true, into: y)
    return (
      y,
      { dy in
        Kernels.multiply(dy, x, .left, adding: true, into: pass.gradient(weight))
        Kernels.addColumnSums(dy, to: pass.gradient(bias))
        let dx = pass.arena.matrix(x.rows, x.columns)
        Kernels.multiply(dy, w, into: dx)
        return dx
      }
    )
  }
}
