import UnrollKernels

/// A causal dilated convolution over time: y_t = b + Σ_i W_i x_{t − (k − 1 − i) d}, i = 0…k−1, with zeros before the first step.
///
/// W = g v/‖v‖ for every output when weight-normalised (Salimans & Kingma 2016). All rows are one product: the k rows that an
/// output reads stand side by side. State: the last (k − 1) d inputs. Cost: k·E·H multiply-adds a token. Names and layouts
/// are those of `torch.nn.Conv1d` under `torch.nn.utils.weight_norm`.
struct CausalConvolution {
  let taps: Kernels.Taps
  let inputWidth: Int
  let outputWidth: Int
  private let direction: Parameter
  private let magnitude: Parameter?
  private let bias: Parameter

  /// Values begin as `torch.nn.Conv1d`'s, U(−1, 1)/√(E k). A row of such weights has a length of about 1/√3, which is where the
  /// magnitudes begin.
  init(_ input: Int, _ output: Int, _ taps: Kernels.Taps, normalised: Bool, _ parameters: ParameterBuilder) {
    (inputWidth, outputWidth, self.taps) = (input, output, taps)
    let uniform = Initialiser.uniform(1 / Double(input * taps.count).squareRoot())
    magnitude = normalised ? parameters.add("weight_g", [output, 1, 1], .constant(1 / Float(3).squareRoot())) : nil
    direction = parameters.add(normalised ? "weight_v" : "weight", [output, input, taps.count], uniform)
    bias = parameters.add("bias", [output], uniform)
  }

  var multiplyAdds: Int { direction.count }

  func slot(_ name: String) -> StateSlot { StateSlot(name, taps.reach * inputWidth) }

  /// From the gradients of the output and, where there is one, of the final state to those of the input and, where one was given, of
  /// the state.
  typealias Back = (_ dy: Matrix, _ dFinal: Matrix?) -> (input: Matrix, state: [Matrix])

  func forward(_ x: Matrix, from state: Matrix?, _ pass: Pass) -> (output: Matrix, pullback: Back) {
    let (arena, steps) = (pass.arena, pass.steps)
    let (v, g) = (pass.value(direction), magnitude.map(pass.value))
    let (w, inverse) = (arena.matrix(v.rows, v.columns), arena.matrix(1, v.rows))
    Kernels.tapWeights(v, g: g, taps, inverse: inverse, into: w)
    let read = arena.matrix(x.rows, w.columns)
    Kernels.gather(steps, x, taps, before: state, into: read)
    let y = arena.matrix(x.rows, outputWidth)
    Kernels.fillRows(y, with: pass.value(bias))
    Kernels.multiply(read, w, .right, adding: true, into: y)
    return (
      y,
      { dy, dFinal in
        Kernels.addColumnSums(dy, to: pass.gradient(bias))
        let dw = arena.matrix(w.rows, w.columns)
        Kernels.multiply(dy, read, .left, into: dw)
        Kernels.tapWeightsBack(
          v, g: g, taps, inverse: inverse, dw, addV: pass.gradient(direction), addG: magnitude.map(pass.gradient))
        Kernels.multiply(dy, w, into: read)
        let dx = arena.zeros(x.rows, x.columns)
        let dState = state.map { arena.zeros($0.rows, $0.columns) }
        Kernels.gatherBack(steps, read, taps, addBefore: dState, addInput: dx)
        if let dFinal { Kernels.lastStepsBack(steps, dFinal, addInput: dx, addBefore: dState) }
        return (dx, [dState].compactMap { $0 })
      }
    )
  }

  /// [B, (k − 1) d E]: the state after each sequence's last step.
  func final(_ x: Matrix, from state: Matrix?, _ pass: Pass) -> Matrix {
    let last = pass.arena.matrix(pass.steps.sequences, taps.reach * inputWidth)
    Kernels.lastSteps(pass.steps, x, before: state, into: last)
    return last
  }

  func stream(_ x: Matrix, _ slot: StateSlot, _ pass: Pass) -> SequenceStream {
    let v = pass.value(direction)
    let (w, read) = (pass.arena.matrix(v.rows, v.columns), pass.arena.matrix(x.rows, v.columns))
    Kernels.tapWeights(v, g: magnitude.map(pass.value), taps, inverse: pass.arena.matrix(1, v.rows), into: w)
    let (map, kept) = (PackedMap(w, bias: pass.value(bias), pass.arena), KeptRows(taps.reach, inputWidth, pass))
    let reading = SequenceStream(x, read, [StreamSlot(slot, pass) { kept.all }], pass) {
      kept.append(x)
      for tap in 0..<taps.count {
        let columns = read.columns(tap * inputWidth..<(tap + 1) * inputWidth)
        Kernels.copy(kept.back((taps.count - 1 - tap) * taps.dilation), to: columns)
      }
    }
    return reading.then { map.stream($0, pass) }
  }
}
