import UnrollKernels

/// A row of a table [V, E] for every token.
public struct Embedding {
  public let table: Parameter

  public var width: Int { table.shape[1] }

  /// Values begin as N(0, deviation²).
  public init(_ vocabulary: Int, _ width: Int, deviation: Double, _ parameters: ParameterBuilder) {
    table = parameters.add("weight", [vocabulary, width], .normal(deviation))
  }

  public func forward(_ tokens: [Int32], _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void) {
    let rows = pass.value(table)
    precondition(tokens.allSatisfy { $0 >= 0 && $0 < rows.rows }, "a token outside of the vocabulary")
    let y = pass.arena.matrix(tokens.count, width)
    Kernels.gather(rows, tokens, into: y)
    return (y, { dy in Kernels.scatterAdd(dy, tokens, to: pass.gradient(table)) })
  }
}
