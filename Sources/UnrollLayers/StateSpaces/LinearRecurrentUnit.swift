import CLibrary
import UnrollCore
import UnrollKernels

/// The linear recurrent unit (Orvieto et al. 2023): N complex numbers that mix all channels and only rotate and shrink.
///
///     λ = exp(−exp(nu_log) + i exp(theta_log)),  γ = exp(gamma_log)         [N]
///     x_t = λ ⊙ x_{t−1} + γ ⊙ (B u_t),  y_t = Re(C x_t) + D ⊙ u_t           B [N,H] and C [H,N] complex, D [H]
///
/// Both products are one over all rows; what is left is an elementwise scan.
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
  var algorithms: [Algorithm] {
    var other = self
    other.convolves = true
    return [Algorithm("scan", self), Algorithm("convolution", other)]
  }

  func forward(_ u: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (arena, steps, real, imaginary) = (pass.arena, pass.steps, 0..<size, size..<2 * size)
    let v = arena.matrix(u.rows, 2 * size)
    Kernels.multiply(u, pass.value(inputReal), .right, into: v.columns(real))
    Kernels.multiply(u, pass.value(inputImaginary), .right, into: v.columns(imaginary))
    let x = HiddenRows(2 * size, initial: state?[0], pass)
    let poles = poles(pass.value)
    if let inspection = pass.inspection { show(in: inspection, pass) }
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
      SequenceOutput(rows: y, state: [x.final()], pass),
      { gradient in
        let dy = gradient.total(outputWidth, pass)
        let (dx, dv) = (arena.matrix(u.rows, 2 * size), arena.matrix(u.rows, 2 * size))
        Kernels.multiply(dy, pass.value(outputReal), into: dx.columns(real))
        Kernels.multiply(dy, minusImaginary, into: dx.columns(imaginary))
        if let dFinal = gradient.state { Kernels.scatterAdd(dFinal[0], pass.lastRows, to: dx) }
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

  /// |λ|, each a block of its own.
  private func show(in inspection: Inspection, _ pass: Pass) {
    let (logs, sizes) = (pass.value(nu).array, pass.arena.matrix(size, 1))
    sizes.assign(logs.map { Float(exp(-exp(Double($0)))) })
    inspection.show(.recurrence, nu.name, sizes)
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
