import Dispatch
import UnrollKernels

/// A linear state space for each of H channels, one A and B for all:
///
///     ẋ = A x + B u,  y = C x + D u           A [N,N], B [N], C [H,N], D [H], Δ = exp(log_dt) [G]
///     [Ā B̄; 0 1] = exp(Δ [A B; 0 0])          zero-order hold, or
///     (I − αΔA) [Ā B̄] = [I + (1 − α)ΔA, ΔB]   forward Euler (α = 0), bilinear (½), backward Euler (1)
///     x_t = Ā x_{t−1} + B̄ u_t,  y_t = C x_t + D u_t
///     y = k ∗ u + D u,  k_l = C Ā^l B̄         the same system as a convolution
///
/// Channels take the G time steps in turn, as groups of heads share one in S5 and Mamba-2; so there are G matrix exponentials a
/// step of training, and G a shard for their exact gradient, whatever the width. A non-zero initial state adds C Ā^{t+1} x_0. Sequences are convolved (by FFT where they are long); one step at a time (streaming) is the
/// recurrence. State: x, H·N floats. Cost a token: H N² multiply-adds as a recurrence. Source: Gu et al. 2021 (LSSL), 2022 (S4).
package final class DenseStateSpace: SequenceLayer {
  /// `automatic` takes the recurrence for single steps outside of training.
  package enum Mode { case automatic, convolution, recurrence }

  let a, b, c, d, logDt: Parameter
  let mode: Mode
  let hold: Hold
  // Made at the first use: a layer may be built just to count its parameters.
  private lazy var system = DiscreteSystem(channels: channels, timeSteps: logDt.count, stateSize: stateSize)
  private var discretisedVersion = 0
  private let lock = DispatchSemaphore(value: 1)

  package var channels: Int { c.shape[0] }
  var stateSize: Int { c.shape[1] }
  package var inputWidth: Int { channels }
  package var outputWidth: Int { channels }
  package var slots: [StateSlot] { [StateSlot("x", channels * stateSize)] }
  package var multiplyAdds: Int { channels * stateSize * stateSize + 2 * channels * stateSize + channels }

  package init(_ channels: Int, _ options: SSMOptions, _ parameters: ParameterBuilder) {
    let n = options.state
    let group = ParameterGroup(name: "state-space", learningRateFactor: options.learningRateFactor, weightDecay: false)
    let (start, input) = options.matrix.system(n, parameters.source("matrix"))
    a = parameters.add("A", [n, n], .given(start), group: group)
    b = parameters.add("B", [n], .given(input), group: group)
    let steps = options.timeSteps == 0 ? channels : min(options.timeSteps, channels)
    logDt = parameters.add("log_dt", [steps], .logUniform(options.dtMin, options.dtMax), group: group)
    // Its users train C and D at the full rate; decay would pull the system's output to zero.
    let output = ParameterGroup(name: "state-space output", learningRateFactor: 1, weightDecay: false)
    c = parameters.add("C", [channels, n], .normal(1 / Double(n).squareRoot()), group: output)
    d = parameters.add("D", [channels], .normal(1), group: output)
    mode = .automatic
    hold = options.discretisation.hold
  }

  /// The same parameters, run another way.
  package init(_ other: DenseStateSpace, mode: Mode) {
    (a, b, c, d, logDt) = (other.a, other.b, other.c, other.d, other.logDt)
    self.mode = mode
    hold = other.hold
  }

  package var ways: [Way] {
    [
      Way("convolution", DenseStateSpace(self, mode: .convolution)),
      Way("recurrence", DenseStateSpace(self, mode: .recurrence)),
    ]
  }

  package func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (
    output: SequenceOutput, pullback: SequencePullback
  ) {
    let system = discretised(pass)
    let stepwise = mode == .recurrence || mode == .automatic && pass.mode == .evaluation && pass.steps.steps == 1
    return stepwise ? recur(x, state?[0], system, pass) : convolve(x, state?[0], system, pass)
  }

  /// Ā and B̄ of the current parameters, computed once for each version of them.
  package func discretised(_ pass: Pass) -> DiscreteSystem {
    lock.wait()
    defer { lock.signal() }
    if discretisedVersion != pass.parameters.version {
      Kernels.discretise(a: pass.value(a), b: pass.value(b), logDt: pass.value(logDt), by: hold, into: system)
      discretisedVersion = pass.parameters.version
    }
    return system
  }

  private func finalState(_ u: Matrix, _ x0: Matrix?, _ system: DiscreteSystem, _ pass: Pass) -> [Matrix] {
    guard pass.keepsState else { return [] }
    let final = pass.arena.matrix(pass.steps.sequences, channels * stateSize)
    Kernels.finalState(u: u, x0: x0, system: system, pass.steps, arena: pass.arena, into: final)
    return [final]
  }

  /// k [H, T].
  package func kernel(steps: Int, _ pass: Pass) -> Matrix {
    let kernel = pass.arena.matrix(channels, steps)
    Kernels.stateSpaceKernel(c: pass.value(c), system: discretised(pass), arena: pass.arena, into: kernel)
    return kernel
  }

  private func recur(
    _ u: Matrix, _ x0: Matrix?, _ system: DiscreteSystem, _ pass: Pass
  ) -> (SequenceOutput, SequencePullback) {
    let y = pass.arena.matrix(u.rows, channels)
    let x = x0.map(pass.arena.copy) ?? pass.arena.zeros(pass.steps.sequences, channels * stateSize)
    Kernels.recur(
      u, c: pass.value(c), d: pass.value(d), system: system, pass.steps, arena: pass.arena, state: x, into: y)
    return (
      SequenceOutput(rows: y, state: [x], pass),
      { _ in
        preconditionFailure("the recurrence is for streaming; training runs the convolution")
      }
    )
  }

  private func convolve(
    _ u: Matrix, _ x0: Matrix?, _ system: DiscreteSystem, _ pass: Pass
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
        let (dC, dSystem) = (
          pass.gradient(c),
          DiscreteSystem(channels: channels, timeSteps: logDt.count, stateSize: stateSize, arena: arena)
        )
        Kernels.stateSpaceKernelBack(
          c: pass.value(c), system: system, dKernel: dKernel, arena: arena, gradient: dSystem, addC: dC)
        let dState = x0.map { x0 in
          let dx0 = arena.matrix(x0.rows, x0.columns)
          Kernels.initialStateBack(
            x0, c: pass.value(c), system: system, steps, arena: arena, dy: dy, gradient: dSystem, addC: dC, dX0: dx0)
          return [dx0]
        }
        Kernels.discretiseBack(
          a: pass.value(a), b: pass.value(b), logDt: pass.value(logDt), by: hold, gradient: dSystem,
          addA: pass.gradient(a), addB: pass.gradient(b), addLogDt: pass.gradient(logDt))
        return (du, dState ?? [])
      }
    )
  }
}
