import Dispatch
import UnrollKernels

/// A diagonal linear state space for each of H channels (S4D, Gu et al. 2022, "On the parameterization and initialization of
/// diagonal state space models"):
///
///     x' = A x + u,  y = 2 Re(C x) + D u      A = −exp(log_A_real) + i A_imag [H,N/2], C [H,N/2] complex, D, Δ = exp(log_dt) [H]
///     λ = exp(ΔA), b = (λ − 1)/A              zero-order hold, or
///     λ = (1 + ΔA/2)/(1 − ΔA/2), b = Δ/(1 − ΔA/2)      the bilinear transform
///     x_t = λ x_{t−1} + b u_t,  y_t = 2 Re(C x_t) + D u_t
///     y = k ∗ u + D u,  k_l = 2 Re Σ_n C_n b_n λ_n^l
///
/// N/2 numbers stand for as many conjugate pairs, which is where the factor 2 comes from. With `init: real` there are N real
/// numbers instead, without it. Either way a channel's state is N floats (real parts, then imaginary parts).
///
/// A non-zero initial state adds 2 Re(C λ^{t+1} x_0). Sequences are convolved by FFT, their kernels come from products of powers
/// (`powers.c`); one step at a time (streaming) is the recurrence. State: x, H·N floats. Cost a token: 4 H N + H multiply-adds as a
/// recurrence (3 H N + H when real).
package final class DiagonalStateSpace: SequenceLayer {
  let logDt, logReal, c, d: Parameter
  let imaginary: Parameter?
  let bilinear: Bool
  let mode: DenseStateSpace.Mode
  private lazy var system = DiagonalSystem(channels: channels, count: logReal.shape[1], modes: modes)
  private var discretisedVersion = 0
  private let lock = DispatchSemaphore(value: 1)

  package var channels: Int { d.count }
  private var modes: DiagonalSystem.Modes { imaginary == nil ? .real : .pairs }
  private var stateSize: Int { c.count / channels }
  package var inputWidth: Int { channels }
  package var outputWidth: Int { channels }
  package var slots: [StateSlot] { [StateSlot("x", c.count)] }
  package var multiplyAdds: Int { (modes == .pairs ? 4 : 3) * c.count + channels }

  package init(_ channels: Int, _ options: S4DOptions, _ parameters: ParameterBuilder) {
    let start = options.poles
    let group = ParameterGroup(name: "state-space", learningRateFactor: options.learningRateFactor, weightDecay: false)
    let count = start.real.count
    func add(_ name: String, _ values: [Double]) -> Parameter {
      parameters.add(name, [channels, count], .everyRow(values.map(Float.init)), group: group)
    }
    logDt = parameters.add("log_dt", [channels], .logUniform(options.dtMin, options.dtMax), group: group)
    logReal = add("log_A_real", start.real)
    imaginary = start.imaginary.map { add("A_imag", $0) }
    // Its users train C and D at the full rate; decay would pull the system's output to zero.
    let output = ParameterGroup(name: "state-space output", learningRateFactor: 1, weightDecay: false)
    let shape = start.imaginary == nil ? [channels, count] : [channels, count, 2]
    c = parameters.add("C", shape, .normal(0.5.squareRoot()), group: output)
    d = parameters.add("D", [channels], .normal(1), group: output)
    bilinear = options.discretisation == .bilinear
    mode = .automatic
  }

  /// The same parameters, run another way.
  package init(_ other: DiagonalStateSpace, mode: DenseStateSpace.Mode) {
    (logDt, logReal, imaginary, c, d) = (other.logDt, other.logReal, other.imaginary, other.c, other.d)
    bilinear = other.bilinear
    self.mode = mode
  }

  package var ways: [Way] {
    [
      Way("convolution", DiagonalStateSpace(self, mode: .convolution)),
      Way("recurrence", DiagonalStateSpace(self, mode: .recurrence)),
    ]
  }

  package func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (
    output: SequenceOutput, pullback: SequencePullback
  ) {
    let system = discretised(pass)
    let stepwise = mode == .recurrence || mode == .automatic && pass.mode == .evaluation && pass.steps.steps == 1
    return stepwise ? recur(x, state?[0], system, pass) : convolve(x, state?[0], system, pass)
  }

  /// λ and b of the current parameters, computed once for each version of them.
  package func discretised(_ pass: Pass) -> DiagonalSystem {
    lock.wait()
    defer { lock.signal() }
    if discretisedVersion != pass.parameters.version {
      Kernels.discretise(views(pass.value), bilinear: bilinear, into: system)
      discretisedVersion = pass.parameters.version
    }
    return system
  }

  private func views(_ view: (Parameter) -> Matrix) -> DiagonalParameters {
    DiagonalParameters(logDt: view(logDt), logReal: view(logReal), imaginary: imaginary.map(view))
  }

  /// k [H, T].
  package func kernel(steps: Int, _ pass: Pass) -> Matrix {
    let kernel = pass.arena.matrix(channels, steps)
    Kernels.diagonalKernel(c: pass.value(c), system: discretised(pass), arena: pass.arena, into: kernel)
    return kernel
  }

  private func recur(
    _ u: Matrix, _ x0: Matrix?, _ system: DiagonalSystem, _ pass: Pass
  ) -> (SequenceOutput, SequencePullback) {
    let y = pass.arena.matrix(u.rows, channels)
    let x = x0.map(pass.arena.copy) ?? pass.arena.zeros(pass.steps.sequences, c.count)
    Kernels.recur(u, c: pass.value(c), d: pass.value(d), system: system, pass.steps, state: x, into: y)
    return (
      SequenceOutput(rows: y, state: [x], pass),
      { _ in
        preconditionFailure("the recurrence is for streaming; training runs the convolution")
      }
    )
  }

  private func convolve(
    _ u: Matrix, _ x0: Matrix?, _ system: DiagonalSystem, _ pass: Pass
  ) -> (SequenceOutput, SequencePullback) {
    let (steps, arena) = (pass.steps, pass.arena)
    let kernel = kernel(steps: steps.steps, pass)
    let y = arena.matrix(u.rows, channels)
    Kernels.convolve(u, kernel: kernel, d: pass.value(d), steps, arena: arena, into: y)
    if let x0 { Kernels.addInitialState(x0, c: pass.value(c), system: system, steps, arena: arena, to: y) }
    return (
      SequenceOutput(rows: y, state: finalState(u, x0, system, pass), pass),
      { [self] gradient in
        let dy = gradient.total(channels, pass)
        let (du, dKernel) = (arena.matrix(u.rows, channels), arena.matrix(channels, steps.steps))
        Kernels.convolveBack(
          u, kernel: kernel, d: pass.value(d), steps, arena: arena, dy: dy, du: du, dKernel: dKernel,
          addD: pass.gradient(d))
        let (dSystem, dC) = (
          DiagonalSystem(channels: channels, count: system.count, modes: modes, arena: arena), pass.gradient(c)
        )
        Kernels.diagonalKernelBack(
          c: pass.value(c), system: system, dKernel: dKernel, arena: arena, gradient: dSystem, addC: dC)
        let dState = x0.map { x0 in
          let dx0 = arena.matrix(x0.rows, x0.columns)
          Kernels.initialStateBack(
            x0, c: pass.value(c), system: system, steps, arena: arena, dy: dy, gradient: dSystem, addC: dC, dX0: dx0)
          return [dx0]
        }
        Kernels.discretiseBack(
          views(pass.value), bilinear: bilinear, gradient: dSystem, add: views(pass.gradient))
        return (du, dState ?? [])
      }
    )
  }

  private func finalState(_ u: Matrix, _ x0: Matrix?, _ system: DiagonalSystem, _ pass: Pass) -> [Matrix] {
    guard pass.keepsState else { return [] }
    let final = pass.arena.matrix(pass.steps.sequences, c.count)
    Kernels.finalState(u: u, x0: x0, system: system, pass.steps, arena: pass.arena, into: final)
    return [final]
  }
}
