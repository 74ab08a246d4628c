import UnrollCore
import UnrollKernels

/// The linear recurrent unit (Orvieto et al. 2023): N complex numbers that mix all channels and only rotate and shrink.
///
///     λ = exp(−exp(nu_log) + i exp(theta_log)),  γ = exp(gamma_log)         [N]
///     x_t = λ ⊙ x_{t−1} + γ ⊙ (B u_t),  y_t = Re(C x_t) + D ⊙ u_t           B [N,H] and C [H,N] complex, D [H]
///
/// At the start λ is uniform on the ring r_min ≤ |λ| ≤ r_max with phases up to max_phase, and γ = √(1 − |λ|²), which keeps the
/// variance of x that of B u. Both products are one over all rows; what is left is an elementwise scan.
/// State: x, 2N floats (real parts, then imaginary parts). Cost a token: 4 N H + 6 N + H multiply-adds.
struct LinearRecurrentUnit: SequenceLayer {
  let nu, theta, gamma: Parameter
  let inputReal, inputImaginary, outputReal, outputImaginary, skip: Parameter
  var convolves = false

  var size: Int { nu.count }
  var inputWidth: Int { skip.count }
  var outputWidth: Int { skip.count }
  var slots: [StateSlot] { [StateSlot("x", 2 * size)] }
  var multiplyAdds: Int { 4 * size * outputWidth + 6 * size + outputWidth }
  var ways: [Way] {
    var other = self
    other.convolves = true
    return [Way("scan", self), Way("convolution", other)]
  }

  init(_ width: Int, _ options: LRUOptions, _ parameters: ParameterBuilder) {
    let n = options.state
    let group = ParameterGroup(name: "state-space", learningRateFactor: options.learningRateFactor, weightDecay: false)
    var random = parameters.source("ring")
    let squares = (0..<n).map { _ in random.uniform(options.rMin * options.rMin, options.rMax * options.rMax) }
    let phases = (0..<n).map { _ in options.maxPhase * random.uniform(1e-6, 1) }
    func add(_ name: String, _ values: [Double]) -> Parameter {
      parameters.add(name, [n], .given(values.map(Float.init)), group: group)
    }
    nu = add("nu_log", squares.map { log(-0.5 * log($0)) })
    theta = add("theta_log", phases.map(log))
    gamma = add("gamma_log", squares.map { 0.5 * log(1 - $0) })
    let (inward, outward) = (Initialiser.normal((0.5 / Double(width)).squareRoot()), 1 / Double(n).squareRoot())
    inputReal = parameters.add("B_re", [n, width], inward)
    inputImaginary = parameters.add("B_im", [n, width], inward)
    outputReal = parameters.add("C_re", [width, n], .normal(outward))
    outputImaginary = parameters.add("C_im", [width, n], .normal(outward))
    skip = parameters.add("D", [width], .normal(1))
  }

  func forward(_ u: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (arena, steps, real, imaginary) = (pass.arena, pass.steps, 0..<size, size..<2 * size)
    let v = arena.matrix(u.rows, 2 * size)
    Kernels.multiply(u, pass.value(inputReal), .right, into: v.columns(real))
    Kernels.multiply(u, pass.value(inputImaginary), .right, into: v.columns(imaginary))
    let x = HiddenRows(2 * size, initial: state?[0], pass)
    let poles = poles(pass.value)
    if convolves {
      Kernels.linearConvolution(poles, v, steps, through: x.all)
    } else {
      Kernels.linearRecurrence(poles, v, steps, arena: arena, through: x.all)
    }
    let minusImaginary = arena.copy(pass.value(outputImaginary))
    Kernels.scale(minusImaginary, by: -1)
    let y = skipped(u, pass)
    Kernels.multiply(x.rows.columns(real), pass.value(outputReal), .right, adding: true, into: y)
    Kernels.multiply(x.rows.columns(imaginary), minusImaginary, .right, adding: true, into: y)
    return (
      SequenceOutput(rows: y, state: [x.final(arena)], pass),
      { gradient in
        let dy = gradient.total(outputWidth, pass)
        let (dx, dv) = (arena.matrix(u.rows, 2 * size), arena.matrix(u.rows, 2 * size))
        Kernels.multiply(dy, pass.value(outputReal), into: dx.columns(real))
        Kernels.multiply(dy, minusImaginary, into: dx.columns(imaginary))
        Kernels.multiply(dy, x.rows.columns(real), .left, adding: true, into: pass.gradient(outputReal))
        let dMinus = arena.matrix(outputWidth, size)
        Kernels.multiply(dy, x.rows.columns(imaginary), .left, into: dMinus)
        Kernels.addScaled(dMinus, by: -1, to: pass.gradient(outputImaginary))
        let dX0 = arena.matrix(steps.sequences, 2 * size)
        Kernels.linearRecurrenceBack(
          poles, v, steps, arena: arena, x: x.all, dx: dx, dv: dv, dX0: dX0, add: self.poles(pass.gradient))
        Kernels.multiply(dv.columns(real), u, .left, adding: true, into: pass.gradient(inputReal))
        Kernels.multiply(dv.columns(imaginary), u, .left, adding: true, into: pass.gradient(inputImaginary))
        let products = arena.matrix(u.rows, outputWidth)
        Kernels.multiplyElements(dy, u, into: products)
        Kernels.addColumnSums(products, to: pass.gradient(skip))
        let du = skipped(dy, pass)
        Kernels.multiply(dv.columns(real), pass.value(inputReal), adding: true, into: du)
        Kernels.multiply(dv.columns(imaginary), pass.value(inputImaginary), adding: true, into: du)
        return (du, [dX0])
      }
    )
  }

  func poles(_ view: (Parameter) -> Matrix) -> LRUPoles {
    LRUPoles(nu: view(nu), theta: view(theta), gamma: view(gamma))
  }

  /// D ⊙ rows
  private func skipped(_ rows: Matrix, _ pass: Pass) -> Matrix {
    let y = pass.arena.matrix(rows.rows, outputWidth)
    Kernels.fillRows(y, with: pass.value(skip))
    Kernels.multiplyElements(y, rows, into: y)
    return y
  }
}
