import UnrollKernels

/// A sequence layer that mixes along time alone, in the block of its published users (Gu et al. 2022):
///
///     y = v + Dropout(GLU(W · GELU(inner(norm(v))))),  v = W_in x when the widths differ, else x
///
/// State: the inner layer's. Cost a token: the inner layer's and 2H² multiply-adds (and E H where the widths differ).
struct StateSpaceBlock: WrappingLayer {
  let encoder: Linear?
  let norm: LayerNorm
  /// [R, H] → [R, H]
  private(set) var inner: any SequenceLayer
  let mixer: Chain
  let mixerMultiplyAdds: Int

  var inputWidth: Int { encoder?.inputWidth ?? outputWidth }
  var multiplyAdds: Int { (encoder?.multiplyAdds ?? 0) + inner.multiplyAdds + mixerMultiplyAdds }

  /// - Parameter makeInner: declares the inner layer's parameters, behind the norm's.
  init(
    _ shape: LayerShape, dropout: Double, _ parameters: ParameterBuilder,
    _ makeInner: (ParameterBuilder) throws -> any SequenceLayer
  ) rethrows {
    let width = shape.width
    encoder = shape.input == width ? nil : Linear(shape.input, width, parameters.scope("input"))
    norm = LayerNorm(width, parameters)
    inner = try makeInner(parameters)
    precondition(inner.inputWidth == width && inner.outputWidth == width, "the block's inner layer keeps the width")
    let output = Linear(width, 2 * width, parameters.scope("output"))
    mixer = Chain([GELU(), output, GLU(), Dropout(dropout, name: parameters.name("block_dropout"))])
    mixerMultiplyAdds = output.multiplyAdds
  }

  var algorithms: [Algorithm] {
    inner.algorithms.map { algorithm in
      var block = self
      block.inner = algorithm.layer
      return Algorithm(algorithm.name, block)
    }
  }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (v, encoderBack) = encoder?.forward(x, pass) ?? (x, { $0 })
    let (normed, normBack) = norm.forward(v, pass)
    let (mixedInTime, innerBack) = inner.forward(normed, from: state, pass)
    let (mixed, mixerBack) = mixer.forward(mixedInTime.rows, pass)
    let rows = pass.arena.copy(mixed)
    Kernels.add(v, to: rows)
    return (
      SequenceOutput(rows: rows, state: mixedInTime.state, pass),
      { gradient in
        let dy = gradient.total(outputWidth, pass)
        let (dNormed, dState) = innerBack(SequenceGradient(rows: mixerBack(dy), state: gradient.state))
        let dv = pass.arena.copy(normBack(dNormed))
        Kernels.add(dy, to: dv)
        return (encoderBack(dv), dState)
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let v = SequenceStream.identity(x, pass).then(encoder)
    return v.then(norm).then { inner.stream($0, pass) }.then(mixer).adding(v.output)
  }
}
