import UnrollKernels

/// From the gradient of an output to the gradient of the input; adds the gradients of parameters to the pass's slab.
///
/// Call it at most once: it may reuse the memory that `forward` left. It leaves its argument as it is.
public typealias Pullback = (Matrix) -> Matrix

/// A function of rows with parameters: [R, in] to [R, out]. It knows nothing of time.
public protocol Layer {
  /// Runs it over all rows of a pass.
  ///
  /// - Parameters:
  ///   - x: [R, in].
  ///   - pass: memory, parameters, mode and randomness.
  /// - Returns: [R, out] in the pass's memory, and the way from its gradient to that of `x`, which adds those of the parameters to the pass's
  ///   slab.
  func forward(_ x: Matrix, _ pass: Pass) -> (output: Matrix, pullback: Pullback)
  /// Its function outside of training, over and over for a row a sequence. By default through `forward`.
  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream
}

extension SequenceStream {
  /// This one, then a function of its rows if there is one.
  func then(_ layer: (any Layer)?) -> SequenceStream {
    guard let layer else { return self }
    return then { layer.stream($0, pass) }
  }
}
