import UnrollKernels

/// h_t = a_t ⊙ h_{t−1} + b_t, where a_t and b_t are made of the input alone: gates = W x_t + c for all rows at once, then an
/// elementwise scan without a product in it. State: h, H floats.
struct GatedScan: SequenceLayer {
  /// How a and b come from `count` blocks of H gates side by side, and back. Positive: the candidate is made positive.
  struct Gates: Sendable {
    let count: Int
    let coefficients: @Sendable (_ gates: Matrix, _ positive: Bool, _ a: Matrix, _ b: Matrix) -> Void
    let back: @Sendable (_ gates: Matrix, _ positive: Bool, _ da: Matrix, _ db: Matrix, _ dGates: Matrix) -> Void
  }

  let gates: Gates
  let positive: Bool
  let input: Linear
  private let name: String

  var inputWidth: Int { input.inputWidth }
  var outputWidth: Int { input.outputWidth / gates.count }
  var slots: [StateSlot] { [StateSlot("h", outputWidth)] }
  var multiplyAdds: Int { input.multiplyAdds + outputWidth }

  /// - Parameter bias: initial bias, one a block of gates.
  init(_ gates: Gates, _ shape: LayerShape, positive: Bool, bias: [Double], _ parameters: ParameterBuilder) {
    self.gates = gates
    self.positive = positive
    name = parameters.name("gates")
    let start = bias.flatMap { [Float](repeating: Float($0), count: shape.width) }
    input = Linear(
      shape.input, gates.count * shape.width, parameters.scope("gates"), weight: .glorot(gates: gates.count),
      bias: .given(start))
  }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (steps, arena, width) = (pass.steps, pass.arena, outputWidth)
    let (values, inputBack) = input.forward(x, pass)
    let (a, b) = (arena.matrix(x.rows, width), arena.matrix(x.rows, width))
    gates.coefficients(values, positive, a, b)
    pass.inspection?.show(.gate, "\(name) kept", a)
    let h = HiddenRows(width, initial: state?[0], pass)
    Kernels.linearScan(steps, a: a, b: b, h: h.all)
    return (
      SequenceOutput(rows: h.rows, state: [h.final()], pass),
      { gradient in
        let (da, db) = (arena.matrix(x.rows, width), arena.matrix(x.rows, width))
        let carry = gradient.carries(slots, pass)
        Kernels.linearScanBack(
          steps, a: a, h: h.all, dy: gradient.total(width, pass), carry: carry[0], da: da, db: db)
        let dValues = arena.matrix(values.rows, values.columns)
        gates.back(values, positive, da, db, dValues)
        return (inputBack(dValues), carry)
      }
    )
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    let (a, b) = (pass.arena.matrix(x.rows, outputWidth), pass.arena.matrix(x.rows, outputWidth))
    let h = HiddenRows(outputWidth, initial: nil, pass)
    return input.stream(x, pass).then { values in
      SequenceStream(values, h.rows, [h.slot(slots[0])], pass) {
        gates.coefficients(values, positive, a, b)
        Kernels.linearScan(pass.steps, a: a, b: b, h: h.all)
        h.advance()
      }
    }
  }
}

/// What the candidate state of a minimal recurrent layer is made by.
public enum MinimalCandidate: String, CaseIterable, Sendable {
  /// x + 0.5 for x ≥ 0, else σ(x): positive and continuous, the function g of the published log-space form.
  case g
  /// x itself.
  case linear
}
