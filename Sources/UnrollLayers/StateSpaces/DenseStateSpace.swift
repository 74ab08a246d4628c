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
}
