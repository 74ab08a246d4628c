import UnrollKernels

extension Pass {
  /// For the streams of `sequences` sequences, with memory of their own.
  public static func streaming(_ sequences: Int, _ parameters: Parameters) -> Pass {
    evaluation(of: PackedSteps(count: sequences, length: 1), parameters)
  }

  private static func evaluation(of steps: PackedSteps, _ parameters: Parameters) -> Pass {
    Pass(steps, parameters: parameters, gradients: Buffer(count: 0), arena: Arena(), mode: .evaluation)
  }

  /// The same in other memory, which can be taken back.
  fileprivate var inScratch: Pass { .evaluation(of: steps, parameters) }
}

/// What serves every layer that has no stream of its own: `forward`, a step at a time. Right, but it asks for memory.
extension SequenceLayer {
  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let (output, state, scratch) = (
      pass.arena.matrix(x.rows, outputWidth), emptyState(x.rows, pass.arena), pass.inScratch
    )
    return SequenceStream(x, output, zip(slots, state).map { StreamSlot($0, in: $1, pass) }, pass) {
      scratch.arena.reset()
      let after = forward(x, from: state, scratch).output
      Kernels.copy(after.rows, to: output)
      for (new, old) in zip(after.state, state) { Kernels.copy(new, to: old) }
    }
  }

  /// This layer, which must be causal, as a stream of its own for `sequences` sequences: of its rows, or of their summary.
  public func stream(_ sequences: Int, _ parameters: Parameters, summary: Bool = false) -> SequenceStream {
    precondition(isCausal, "a layer that sees the whole sequence cannot be streamed")
    let pass = Pass.streaming(sequences, parameters)
    let x = pass.arena.zeros(sequences, inputWidth)
    return (summary ? summaryStream(x, pass) : stream(x, pass)).prepared()
  }
}

extension Layer {
  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let scratch = pass.inScratch
    let shape = forward(x, scratch).output
    let output = pass.arena.matrix(shape.rows, shape.columns)
    return SequenceStream(x, output, [], pass) {
      scratch.arena.reset()
      Kernels.copy(forward(x, scratch).output, to: output)
    }
  }
}
