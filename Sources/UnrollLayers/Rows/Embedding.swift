import UnrollKernels

/// A row of a table [V, E] for every token.
///
/// With type dropout a token type's row counts as zero for a whole pass, wherever it occurs, with the given probability, and the others
/// are scaled up (Gal & Ghahramani 2016; the embedding dropout of Merity et al. 2018).
public struct Embedding {
  /// [V, E]
  public let table: Parameter
  let typeDropout: Double

  /// Width E of a row.
  public var width: Int { table.shape[1] }

  /// Values begin as N(0, deviation²).
  public init(
    _ vocabulary: Int, _ width: Int, deviation: Double, typeDropout: Double = 0, _ parameters: ParameterBuilder
  ) {
    self.typeDropout = typeDropout
    table = parameters.add("weight", [vocabulary, width], .normal(deviation))
  }

  /// Rows of the table.
  ///
  /// - Parameters:
  ///   - tokens: R ids below V.
  ///   - pass: memory, parameters, mode and randomness.
  /// - Returns: [R, E], and what adds its gradient to the table's.
  public func forward(_ tokens: [Int32], _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void) {
    let rows = pass.value(table)
    precondition(tokens.allSatisfy { $0 >= 0 && $0 < rows.rows }, "a token outside of the vocabulary")
    let y = pass.arena.matrix(tokens.count, width)
    Kernels.gather(rows, tokens, into: y)
    guard let kept = pass.mask(typeDropout, rows.rows, 1, "type_dropout") else {
      return (y, { dy in Kernels.scatterAdd(dy, tokens, to: pass.gradient(table)) })
    }
    scale(y, tokens, by: kept)
    return (
      y,
      { dy in
        let scaled = pass.arena.copy(dy)
        scale(scaled, tokens, by: kept)
        Kernels.scatterAdd(scaled, tokens, to: pass.gradient(table))
      }
    )
  }

  private func scale(_ x: Matrix, _ tokens: [Int32], by factors: Matrix) {
    for (row, token) in tokens.enumerated() { Kernels.scale(x.rows(row..<row + 1), by: factors[Int(token), 0]) }
  }
}
