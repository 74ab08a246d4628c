import UnrollKernels

/// y_t = b + Σ_j w[:,j] ⊙ x_{t−K+1+j}, j = 0…K−1: each channel by itself, causal. Weight [H, 1, K] as PyTorch's `Conv1d` with
/// one group a channel. State: the last K − 1 inputs, oldest first, (K − 1) H floats. Cost: K H multiply-adds a row.
struct DepthwiseConvolution {
  let weight, bias: Parameter

  var channels: Int { weight.shape[0] }
  var taps: Int { weight.shape[2] }
  var slots: [StateSlot] { [StateSlot("conv", (taps - 1) * channels)] }
  var multiplyAdds: Int { weight.count }

  init(_ channels: Int, taps: Int, _ parameters: ParameterBuilder) {
    let uniform = Initialiser.uniform(1 / Double(taps).squareRoot())
    weight = parameters.add("weight", [channels, 1, taps], uniform)
    bias = parameters.add("bias", [channels], uniform)
  }

  /// x may be columns of a wider matrix. The pullback adds to the gradient of x and returns that of the state, if one was given; the
  /// final state may have none.
  func forward(
    _ x: Matrix, from state: Matrix?, _ pass: Pass
  ) -> (output: (rows: Matrix, state: Matrix), pullback: (_ dy: Matrix, _ dFinal: Matrix?, _ addX: Matrix) -> Matrix?) {
    let (steps, arena) = (pass.steps, pass.arena)
    let y = arena.matrix(x.rows, channels)
    let after = arena.matrix(steps.sequences, (taps - 1) * channels)
    Kernels.depthwise(
      x, before: state, weight: pass.value(weight), bias: pass.value(bias), steps, arena: arena, into: y)
    Kernels.lastSteps(steps, x, before: state, into: after)
    return (
      (y, after),
      { dy, dFinal, addX in
        let dState = state.map { arena.zeros($0.rows, $0.columns) }
        Kernels.depthwiseBack(
          x, before: state, weight: pass.value(weight), steps, arena: arena, dy: dy, addX: addX, addBefore: dState,
          addWeight: pass.gradient(weight), addBias: pass.gradient(bias))
        if let dFinal { Kernels.lastStepsBack(steps, dFinal, addInput: addX, addBefore: dState) }
        return dState
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let (weight, bias, taps) = (pass.value(weight), pass.value(bias), pass.arena.matrix(taps, channels))
    for tap in 0..<taps.rows { for channel in 0..<channels { taps[tap, channel] = weight[channel, tap] } }
    let (before, y) = (pass.arena.matrix(x.rows, slots[0].width), pass.arena.matrix(x.rows, channels))
    return SequenceStream(x, y, [StreamSlot(slots[0], in: before, pass)], pass) {
      Kernels.depthwiseStep(x, taps: taps, bias: bias, before: before, into: y)
    }
  }
}
