import CUnroll

/// Causal convolution of packed rows with a kernel a channel, as long as the longest sequence.
extension Kernels {
  /// y [R,H] = kernel [H,T] ∗ u [R,H] + D ⊙ u along every sequence.
  ///
  /// Beyond 112 steps sequences 2i and 2i + 1 are transformed as one signal: rounding is relative to the larger of the two, and what
  /// is not finite in one makes both not finite.
  public static func convolve(
    _ u: Matrix, kernel: Matrix, d: Matrix, _ steps: PackedSteps, arena: Arena, into y: Matrix
  ) {
    check(u, kernel, d, steps, y)
    let scratch = arena.matrix(1, un_convolution_scratch(steps.steps))
    steps.withRaw { un_convolution($0, u.columns, kernel.base, d.base, u.base, y.base, scratch.base) }
  }

  /// From `dy` [R,H]: gradients of u [R,H] and of the kernel [H,T] are written, that of D [1,H] is added to.
  public static func convolveBack(
    _ u: Matrix, kernel: Matrix, d: Matrix, _ steps: PackedSteps, arena: Arena, dy: Matrix, du: Matrix, dKernel: Matrix,
    addD: Matrix
  ) {
    check(u, kernel, d, steps, dy)
    precondition(dense(du, u) && dense(dKernel, kernel) && addD.count == d.count)
    let scratch = arena.matrix(1, un_convolution_scratch(steps.steps))
    steps.withRaw {
      un_convolution_back(
        $0, u.columns, kernel.base, d.base, u.base, dy.base, du.base, dKernel.base, addD.base, scratch.base)
    }
  }

  private static func check(_ u: Matrix, _ kernel: Matrix, _ d: Matrix, _ steps: PackedSteps, _ y: Matrix) {
    precondition(u.rows == steps.rows && same(u, y) && u.isContiguous && y.isContiguous)
    precondition(
      kernel.columns == steps.steps && kernel.rows == u.columns && kernel.isContiguous && d.count == u.columns)
  }
}
