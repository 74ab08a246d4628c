/// A linear system in discrete time for each of H channels, with N floats of state a channel; or gradients of its Ā and B̄.
///
///     x_t = Ā x_{t−1} + B̄ u_t,  y_t = C x_t + D u_t
///
/// Rows u and y are [R,H], states [B, H·N]; C has H·N elements, D has H. `add…` is added to, other results are written.
package protocol LinearSystem {
  /// H
  var channels: Int { get }
  /// N
  var stateSize: Int { get }

  /// kernel [H,T]: k_l = C Ā^l B̄.
  func kernel(c: Matrix, arena: Arena, into kernel: Matrix)
  /// From that of the kernel: gradients of Ā, B̄ and C.
  func kernelBack(_ dKernel: Matrix, c: Matrix, arena: Arena, into gradient: Self, addC: Matrix)

  /// y_t += C Ā^{t+1} x₀
  func addInitialState(_ x0: Matrix, c: Matrix, _ steps: PackedSteps, arena: Arena, to y: Matrix)
  /// From that of y: gradients of Ā, C and x₀.
  func initialStateBack(
    _ x0: Matrix, c: Matrix, _ steps: PackedSteps, arena: Arena, dy: Matrix, addTo gradient: Self, addC: Matrix,
    dX0: Matrix)

  /// x: the state after every sequence's last step.
  func finalState(_ u: Matrix, from x0: Matrix?, _ steps: PackedSteps, arena: Arena, into x: Matrix)
  /// From that of x: gradients of Ā, B̄ and u, and of x₀ if there is one.
  func finalStateBack(
    _ u: Matrix, from x0: Matrix?, _ steps: PackedSteps, arena: Arena, dX: Matrix, addTo gradient: Self, addU: Matrix,
    addX0: Matrix?)

  /// Step by step: x is the state before, then after.
  func recur(_ u: Matrix, c: Matrix, d: Matrix, _ steps: PackedSteps, arena: Arena, state x: Matrix, into y: Matrix)

  /// Whether the other's Ā and B̄ have the shapes of this one's.
  func matches(_ other: Self) -> Bool
}

/// Shapes, checked.
extension LinearSystem {
  func checkKernel(_ kernel: Matrix, _ c: Matrix) {
    checkOutput(c)
    precondition(kernel.rows == channels && kernel.isContiguous)
  }

  func checkGradient(_ gradient: Self, _ c: Matrix, _ addC: Matrix) {
    precondition(matches(gradient) && Kernels.dense(c, addC))
  }

  func checkState(_ x: Matrix, _ steps: PackedSteps) {
    precondition(x.rows == steps.sequences && x.columns == channels * stateSize && x.isContiguous)
  }

  func checkFinal(
    _ u: Matrix, _ x0: Matrix?, _ steps: PackedSteps, _ dX: Matrix, _ gradient: Self, _ addU: Matrix, _ addX0: Matrix?
  ) {
    precondition(matches(gradient) && (x0 == nil) == (addX0 == nil))
    for rows in [u, addU] { checkRows(rows, steps) }
    for state in [x0, dX, addX0] { if let state { checkState(state, steps) } }
  }

  func checkRows(_ y: Matrix, _ steps: PackedSteps) {
    precondition(y.rows == steps.rows && y.columns == channels && y.isContiguous)
  }

  func checkRows(_ y: Matrix, _ c: Matrix, _ steps: PackedSteps) {
    checkOutput(c)
    checkRows(y, steps)
  }

  private func checkOutput(_ c: Matrix) { precondition(c.count == channels * stateSize && c.isContiguous) }
}
