import CUnroll

/// The poles of a linear recurrent unit, or their gradients: log ν, log θ and log γ, each [1, N].
package struct LRUPoles {
  package let nu: Matrix
  package let theta: Matrix
  package let gamma: Matrix

  package init(nu: Matrix, theta: Matrix, gamma: Matrix) {
    precondition(theta.count == nu.count && gamma.count == nu.count)
    (self.nu, self.theta, self.gamma) = (nu, theta, gamma)
  }

  /// Number of poles N.
  var count: Int { nu.count }
  /// As the C loops see them.
  var raw: un_poles { un_poles(N: count, nu: nu.base, theta: theta.base, gamma: gamma.base) }
}

/// x_t = λ ⊙ x_{t−1} + γ ⊙ v_t over packed rows of N real and N imaginary parts, λ = exp(−exp(nu) + i exp(theta)).
extension Kernels {
  /// v [R, 2N]; x [B+R, 2N] begins with the initial state. Cost: 6 N multiply-adds a row.
  package static func linearRecurrence(
    _ poles: LRUPoles, _ v: Matrix, _ steps: PackedSteps, arena: Arena, through x: Matrix
  ) {
    check(poles, v, steps, x)
    let scratch = arena.matrix(1, un_lru_scratch(steps.sequences, poles.count))
    var raw = poles.raw
    steps.withRaw { un_lru($0, &raw, v.base, x.base, scratch.base) }
  }

  /// From `dx` [R, 2N]: dv [R, 2N] and dX0 [B, 2N] are written, the poles' gradients are added to.
  package static func linearRecurrenceBack(
    _ poles: LRUPoles, _ v: Matrix, _ steps: PackedSteps, arena: Arena, x: Matrix, dx: Matrix, dv: Matrix, dX0: Matrix,
    add: LRUPoles
  ) {
    check(poles, v, steps, x)
    precondition(dense(dx, v) && dense(dv, v) && add.count == poles.count)
    precondition(dX0.rows == steps.sequences && dX0.columns == v.columns && dX0.isContiguous)
    let scratch = arena.matrix(1, un_lru_scratch(steps.sequences, poles.count))
    var raw = poles.raw
    steps.withRaw {
      un_lru_back(
        $0, &raw, v.base, x.base, dx.base, dv.base, dX0.base, add.nu.base, add.theta.base, add.gamma.base, scratch.base)
    }
  }

  /// The same as a sum over all steps before, in quadratic time.
  package static func linearConvolution(_ poles: LRUPoles, _ v: Matrix, _ steps: PackedSteps, through x: Matrix) {
    check(poles, v, steps, x)
    var raw = poles.raw
    steps.withRaw { un_lru_convolution($0, &raw, v.base, x.base) }
  }

  private static func check(_ poles: LRUPoles, _ v: Matrix, _ steps: PackedSteps, _ x: Matrix) {
    let width = 2 * poles.count
    precondition(v.rows == steps.rows && v.columns == width && v.isContiguous)
    precondition(x.rows == steps.rows + steps.sequences && x.columns == width && x.isContiguous)
  }
}
