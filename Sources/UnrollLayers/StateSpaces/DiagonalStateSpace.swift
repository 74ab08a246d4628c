import UnrollKernels

/// A diagonal linear state space for each of H channels (S4D, Gu et al. 2022, "On the parameterization and initialization of
/// diagonal state space models"):
///
///     x' = A x + u,  y = 2 Re(C x) + D u      A = −exp(log_A_real) + i A_imag [H,N/2], C [H,N/2] complex, D, Δ = exp(log_dt) [H]
///     Ā = λ = exp(ΔA), B̄ = b = (λ − 1)/A      zero-order hold, or
///     λ = (1 + ΔA/2)/(1 − ΔA/2), b = Δ/(1 − ΔA/2)      the bilinear transform
///     k_l = 2 Re Σ_n C_n b_n λ_n^l
///
/// N/2 numbers stand for as many conjugate pairs, which is where the factor 2 comes from. With `init: real` there are N real
/// numbers instead, without it. Either way a channel's state is N floats (real parts, then imaginary parts).
///
/// Kernels come from products of powers (`powers.c`). Cost a token: 4 H N + H multiply-adds as a recurrence (3 H N + H when real).
package struct DiagonalStateSpace: StateSpace {
  let logDt, logReal: Parameter
  /// Nil when all is real.
  let imaginary: Parameter?
  package let c: Parameter
  let bilinear: Bool

  package var channels: Int { logReal.shape[0] }
  package var stateSize: Int { c.count / channels }
  private var modes: DiagonalSystem.Modes { imaginary == nil ? .real : .pairs }
  package var multiplyAdds: Int { (modes == .pairs ? 4 : 3) * c.count + channels }

  private func views(_ view: (Parameter) -> Matrix) -> DiagonalParameters {
    DiagonalParameters(logDt: view(logDt), logReal: view(logReal), imaginary: imaginary.map(view))
  }

  package func discrete(in arena: Arena?) -> DiagonalSystem {
    DiagonalSystem(channels: channels, count: logReal.shape[1], modes: modes, arena: arena)
  }

  package func discretise(into system: DiagonalSystem, _ pass: Pass) {
    Kernels.discretise(views(pass.value), bilinear: bilinear, into: system)
  }

  package func discretiseBack(_ gradient: DiagonalSystem, _ pass: Pass) {
    Kernels.discretiseBack(views(pass.value), bilinear: bilinear, gradient: gradient, add: views(pass.gradient))
  }
}
