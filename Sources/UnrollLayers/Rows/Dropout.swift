import UnrollKernels

/// Each element is zero with the given probability and scaled up otherwise (Srivastava et al. 2014); nothing in evaluation.
public struct Dropout: Layer {
  /// Of an element to be zero.
  public let probability: Double
  /// Names this layer's split of the pass's random source.
  let name: String
  /// One mask a sequence, the same at all its steps (variational dropout, Gal & Ghahramani 2016).
  let perSequence: Bool

  /// - Parameters:
  ///   - probability: from 0 to below 1; 0 costs nothing.
  ///   - perSequence: one mask a sequence, the same at all its steps.
  ///   - name: of its split of the pass's randomness: layers with one name have one mask.
  public init(_ probability: Double, perSequence: Bool = false, name: String) {
    self.probability = probability
    self.perSequence = perSequence
    self.name = name
  }

  public func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback) {
    guard let mask = mask(x, pass) else { return (x, { $0 }) }
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

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream { .identity(x, pass) }

  /// The same with a mask of its own.
  func named(_ mask: String) -> Dropout { Dropout(probability, perSequence: perSequence, name: "\(name) \(mask)") }

  private func mask(_ x: Matrix, _ pass: Pass) -> Matrix? {
    guard perSequence else { return pass.mask(probability, x.rows, x.columns, name) }
    return pass.mask(probability, pass.steps.sequences, x.columns, name).map { each in
      // Rows that are one a sequence already (a summary) are masked as they are.
      if x.rows == pass.steps.sequences { return each }
      return pass.spread(each)
    }
  }
}
