import UnrollKernels

/// A dense linear state space, one A and B for all channels:
///
///     ẋ = A x + B u,  y = C x + D u           A [N,N], B [N], C [H,N], D [H], Δ = exp(log_dt) [G]
///     [Ā B̄; 0 1] = exp(Δ [A B; 0 0])          zero-order hold, or
///     (I − αΔA) [Ā B̄] = [I + (1 − α)ΔA, ΔB]   forward Euler (α = 0), bilinear (½), backward Euler (1)
///
/// Channels take the G time steps in turn, as groups of heads share one in S5 and Mamba-2; so there are G matrix exponentials a
/// step of training, and G a shard for their exact gradient, whatever the width. Cost a token: H N² multiply-adds as a recurrence.
/// Source: Gu et al. 2021 (LSSL), 2022 (S4).
package struct DenseStateSpace: StateSpace {
  let a, b, logDt: Parameter
  package let c: Parameter
  let hold: Hold

  package var channels: Int { c.shape[0] }
  package var stateSize: Int { c.shape[1] }
  package var multiplyAdds: Int { channels * stateSize * stateSize + 2 * channels * stateSize + channels }

  package func discrete(in arena: Arena?) -> DiscreteSystem {
    DiscreteSystem(channels: channels, timeSteps: logDt.count, stateSize: stateSize, arena: arena)
  }

  package func discretise(into system: DiscreteSystem, _ pass: Pass) {
    Kernels.discretise(a: pass.value(a), b: pass.value(b), logDt: pass.value(logDt), by: hold, into: system)
  }

  package func discretiseBack(_ gradient: DiscreteSystem, _ pass: Pass) {
    Kernels.discretiseBack(
      a: pass.value(a), b: pass.value(b), logDt: pass.value(logDt), by: hold, gradient: gradient,
      addA: pass.gradient(a), addB: pass.gradient(b), addLogDt: pass.gradient(logDt))
  }

  package func kernel(_ system: DiscreteSystem, _ pass: Pass, into kernel: Matrix) {
    Kernels.stateSpaceKernel(c: pass.value(c), system: system, arena: pass.arena, into: kernel)
  }

  package func kernelBack(_ system: DiscreteSystem, _ dKernel: Matrix, _ pass: Pass, into gradient: DiscreteSystem) {
    Kernels.stateSpaceKernelBack(
      c: pass.value(c), system: system, dKernel: dKernel, arena: pass.arena, gradient: gradient, addC: pass.gradient(c))
  }

  package func addInitialState(_ x0: Matrix, _ system: DiscreteSystem, _ pass: Pass, to y: Matrix) {
    Kernels.addInitialState(x0, c: pass.value(c), system: system, pass.steps, arena: pass.arena, to: y)
  }

  package func initialStateBack(
    _ x0: Matrix, _ system: DiscreteSystem, dy: Matrix, _ pass: Pass, addTo gradient: DiscreteSystem, dX0: Matrix
  ) {
    Kernels.initialStateBack(
      x0, c: pass.value(c), system: system, pass.steps, arena: pass.arena, dy: dy, gradient: gradient,
      addC: pass.gradient(c), dX0: dX0)
  }

  package func finalState(_ u: Matrix, _ x0: Matrix?, _ system: DiscreteSystem, _ pass: Pass, into x: Matrix) {
    Kernels.finalState(u: u, x0: x0, system: system, pass.steps, arena: pass.arena, into: x)
  }

  package func recur(
    _ u: Matrix, c: Matrix, d: Matrix, _ system: DiscreteSystem, _ steps: PackedSteps, arena: Arena, state x: Matrix,
    into y: Matrix
  ) {
    Kernels.recur(u, c: c, d: d, system: system, steps, arena: arena, state: x, into: y)
  }
}
