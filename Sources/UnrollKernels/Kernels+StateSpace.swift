import CUnroll

/// A dense state space in discrete time, in double precision: Ā [N,N] and B̄ [N] for each of G time steps, of which H channels take
/// one in turn: channel h has number h mod G.
///
/// Unchecked: it is filled by one thread, under the lock of the layer that it belongs to, before others read it.
package final class DiscreteSystem: @unchecked Sendable {
  package let channels: Int
  package let timeSteps: Int
  package let stateSize: Int
  let transition: DoubleBuffer
  let input: DoubleBuffer
  /// [Ā B̄] column by column, for the recurrence.
  fileprivate(set) var columns: DoubleBuffer?

  /// Zeros in memory of its own, or undefined contents in the arena's, which must not be used after its reset.
  ///
  /// - Parameter timeSteps: at most as many as channels.
  package init(channels: Int, timeSteps: Int, stateSize: Int, arena: Arena? = nil) {
    precondition(1...channels ~= timeSteps)
    self.channels = channels
    self.timeSteps = timeSteps
    self.stateSize = stateSize
    transition = DoubleBuffer(count: timeSteps * stateSize * stateSize, arena: arena)
    input = DoubleBuffer(count: timeSteps * stateSize, arena: arena)
  }

  /// Ā of a time step, row by row.
  package func transition(of step: Int) -> [Double] { values(transition, stateSize * stateSize, step) }
  /// B̄ of a time step.
  package func input(of step: Int) -> [Double] { values(input, stateSize, step) }

  /// Puts value(i) at index i of Ā and of B̄ of every time step, one behind the other.
  package func fill(_ value: (Int) -> Double) {
    for i in 0..<transition.count { transition.base[i] = value(i) }
    for i in 0..<input.count { input.base[i] = value(transition.count + i) }
  }

  private func values(_ buffer: DoubleBuffer, _ count: Int, _ step: Int) -> [Double] {
    (0..<count).map { buffer.base[step * count + $0] }
  }

  /// As the C loops see it.
  var raw: un_system {
    un_system(H: channels, N: stateSize, G: timeSteps, a_bar: transition.base, b_bar: input.base)
  }
}

/// How a continuous system becomes steps of Δ.
package enum Hold: Sendable {
  /// Exact for inputs that stay constant over a step: [Ā B̄; 0 1] = exp(Δ [A B; 0 0]), by GSL.
  case zeroOrder
  /// (I − αΔA) [Ā B̄] = [I + (1 − α)ΔA, ΔB]: forward Euler (α = 0), bilinear (½), backward Euler (1).
  case transform(alpha: Double)
}

/// The discretisation of the dense state space x' = A x + B u, y = C x + D u, and its gradient.
extension Kernels {
  /// Ā and B̄ of every time step; by zero-order hold not numbers where Δ‖[A B]‖ (largest row sum) is above 2⁶⁴. A [N,N], B [1,N],
  /// logDt [1,G].
  package static func discretise(
    a: Matrix, b: Matrix, logDt: Matrix, by hold: Hold = .zeroOrder, into system: DiscreteSystem
  ) {
    _ = singleThread
    check(a, b, logDt, system)
    let (g, n) = (system.timeSteps, system.stateSize)
    switch hold {
    case .zeroOrder: un_zoh(g, n, a.base, b.base, logDt.base, system.transition.base, system.input.base)
    case .transform(let alpha):
      un_transform(g, n, alpha, a.base, b.base, logDt.base, system.transition.base, system.input.base)
    }
    var raw = system.raw
    let columns = system.columns ?? DoubleBuffer(count: un_ssm_columns(&raw))
    un_ssm_transpose(&raw, columns.base)
    system.columns = columns
  }

  /// From gradients of Ā and B̄ (a `DiscreteSystem` that holds them) to those of A, B and log Δ.
  package static func discretiseBack(
    a: Matrix, b: Matrix, logDt: Matrix, by hold: Hold = .zeroOrder, gradient: DiscreteSystem,
    addA: Matrix, addB: Matrix, addLogDt: Matrix
  ) {
    _ = singleThread
    check(a, b, logDt, gradient)
    check(addA, addB, addLogDt, gradient)
    let (g, n) = (gradient.timeSteps, gradient.stateSize)
    switch hold {
    case .zeroOrder:
      un_zoh_back(
        g, n, a.base, b.base, logDt.base, gradient.transition.base, gradient.input.base, addA.base, addB.base,
        addLogDt.base)
    case .transform(let alpha):
      un_transform_back(
        g, n, alpha, a.base, b.base, logDt.base, gradient.transition.base, gradient.input.base, addA.base, addB.base,
        addLogDt.base)
    }
  }

  /// exp of a square matrix, row by row.
  package static func exponential(_ matrix: [Double], size: Int) -> [Double] {
    precondition(matrix.count == size * size)
    _ = singleThread
    var result = [Double](repeating: 0, count: matrix.count)
    un_matrix_exponential(size, matrix, &result)
    return result
  }

  private static func check(_ a: Matrix, _ b: Matrix, _ logDt: Matrix, _ system: DiscreteSystem) {
    precondition(a.rows == system.stateSize && a.columns == a.rows && a.isContiguous)
    precondition(b.count == a.rows && logDt.count == system.timeSteps)
  }
}

extension DiscreteSystem: LinearSystem {
  /// Cost: T H N multiply-adds, in products, and about √(T H G) N² for their tables.
  package func kernel(c: Matrix, arena: Arena, into kernel: Matrix) {
    _ = Kernels.singleThread
    checkKernel(kernel, c)
    var raw = raw
    let scratch = arena.matrix(1, un_ssm_scratch(&raw, kernel.columns))
    un_ssm_kernel(&raw, kernel.columns, c.base, kernel.base, scratch.base)
  }

  package func kernelBack(_ dKernel: Matrix, c: Matrix, arena: Arena, into gradient: DiscreteSystem, addC: Matrix) {
    _ = Kernels.singleThread
    checkKernel(dKernel, c)
    checkGradient(gradient, c, addC)
    var raw = raw
    let scratch = arena.matrix(1, un_ssm_scratch(&raw, dKernel.columns))
    un_ssm_kernel_back(
      &raw, dKernel.columns, c.base, dKernel.base, gradient.transition.base, gradient.input.base, addC.base,
      scratch.base)
  }

  /// Cost: B T H N multiply-adds, in products.
  package func addInitialState(_ x0: Matrix, c: Matrix, _ steps: PackedSteps, arena: Arena, to y: Matrix) {
    _ = Kernels.singleThread
    checkState(x0, steps)
    checkRows(y, c, steps)
    var raw = raw
    let scratch = arena.matrix(1, un_ssm_initial_scratch(&raw, steps.steps, steps.sequences))
    steps.withRaw { un_ssm_initial($0, &raw, c.base, x0.base, y.base, scratch.base) }
  }

  package func initialStateBack(
    _ x0: Matrix, c: Matrix, _ steps: PackedSteps, arena: Arena, dy: Matrix, addTo gradient: DiscreteSystem,
    addC: Matrix, dX0: Matrix
  ) {
    _ = Kernels.singleThread
    checkState(x0, steps)
    checkState(dX0, steps)
    checkRows(dy, c, steps)
    checkGradient(gradient, c, addC)
    var raw = raw
    let scratch = arena.matrix(1, un_ssm_initial_scratch(&raw, steps.steps, steps.sequences))
    steps.withRaw {
      un_ssm_initial_back(
        $0, &raw, c.base, x0.base, dy.base, gradient.transition.base, addC.base, dX0.base, scratch.base)
    }
  }

  /// As the convolution sees it. Cost: B T H N multiply-adds, in products, and T G N².
  package func finalState(_ u: Matrix, from x0: Matrix?, _ steps: PackedSteps, arena: Arena, into x: Matrix) {
    _ = Kernels.singleThread
    checkRows(u, steps)
    checkState(x, steps)
    if let x0 { checkState(x0, steps) }
    var raw = raw
    let scratch = arena.matrix(1, un_ssm_final_scratch(&raw, steps.steps, steps.sequences))
    steps.withRaw { un_ssm_final($0, &raw, u.base, x0?.base, x.base, scratch.base) }
  }

  /// Cost: twice that of the state, and as much again for products of states with powers of Ā.
  package func finalStateBack(
    _ u: Matrix, from x0: Matrix?, _ steps: PackedSteps, arena: Arena, dX: Matrix, addTo gradient: DiscreteSystem,
    addU: Matrix, addX0: Matrix?
  ) {
    _ = Kernels.singleThread
    checkFinal(u, x0, steps, dX, gradient, addU, addX0)
    var raw = raw
    let scratch = arena.matrix(1, un_ssm_final_back_scratch(&raw, steps.steps, steps.sequences))
    steps.withRaw {
      un_ssm_final_back(
        $0, &raw, u.base, x0?.base, dX.base, gradient.transition.base, gradient.input.base, addU.base, addX0?.base,
        scratch.base)
    }
  }

  /// Cost: H N² multiply-adds a token.
  package func recur(
    _ u: Matrix, c: Matrix, d: Matrix, _ steps: PackedSteps, arena: Arena, state x: Matrix, into y: Matrix
  ) {
    checkState(x, steps)
    checkRows(u, steps)
    checkRows(y, c, steps)
    precondition(d.count == channels)
    guard let columns else { preconditionFailure("a system that was not discretised") }
    var raw = raw
    let scratch = DoubleBuffer(count: un_ssm_recurrence_scratch(&raw), arena: arena)
    steps.withRaw { un_ssm_recurrence($0, &raw, c.base, d.base, columns.base, u.base, x.base, y.base, scratch.base) }
  }

  package func matches(_ other: DiscreteSystem) -> Bool {
    (channels, timeSteps, stateSize) == (other.channels, other.timeSteps, other.stateSize)
  }
}
