import CUnroll

/// A dense state space discretised by zero-order hold, in double precision: Ā [N,N] and B̄ [N] for each of H channels, in
/// tiles of channels as the C loops want them.
public final class DiscreteSystem: @unchecked Sendable {
  public let channels: Int
  public let stateSize: Int
  let transition: DoubleBuffer
  let input: DoubleBuffer

  /// Zeros in memory of its own, or undefined contents in the arena's, which must not be used after its reset.
  public init(channels: Int, stateSize: Int, arena: Arena? = nil) {
    self.channels = channels
    self.stateSize = stateSize
    let lanes = Kernels.tiledChannels(channels)
    transition = DoubleBuffer(count: lanes * stateSize * stateSize, arena: arena)
    input = DoubleBuffer(count: lanes * stateSize, arena: arena)
  }

  /// Ā of channel h, row by row.
  public func transition(of h: Int) -> [Double] { gather(transition, of: h, count: stateSize * stateSize) }
  /// B̄ of channel h.
  public func input(of h: Int) -> [Double] { gather(input, of: h, count: stateSize) }

  private func gather(_ buffer: DoubleBuffer, of h: Int, count: Int) -> [Double] {
    let lanes = Int(UN_LANES)
    return (0..<count).map { buffer.base[(h / lanes * count + $0) * lanes + h % lanes] }
  }
}

/// How a continuous system becomes steps of Δ.
public enum Hold: Sendable {
  /// Exact for inputs that stay constant over a step: [Ā B̄; 0 1] = exp(Δ [A B; 0 0]).
  case zeroOrder
  /// (I − αΔA) [Ā B̄] = [I + (1 − α)ΔA, ΔB]: forward Euler (α = 0), bilinear (½), backward Euler (1).
  case transform(alpha: Double)
}

/// The dense state space x' = A x + B u, y = C x + D u: discretisation, kernel, convolution, recurrence, and their gradients.
extension Kernels {
  static func tiledChannels(_ channels: Int) -> Int { (channels + Int(UN_LANES) - 1) / Int(UN_LANES) * Int(UN_LANES) }

  /// Ā and B̄ of every channel; by zero-order hold not a number where Δ‖A‖ (largest row sum) is above 2⁶⁴, and maybe from half of
  /// that on. A [N,N], B [1,N], logDt [1,H].
  public static func discretise(
    a: Matrix, b: Matrix, logDt: Matrix, by hold: Hold = .zeroOrder, arena: Arena, into system: DiscreteSystem
  ) {
    _ = singleThread
    precondition(
      a.rows == system.stateSize && a.columns == a.rows && b.count == a.rows && logDt.count == system.channels)
    let (h, n) = (system.channels, system.stateSize)
    switch hold {
    case .zeroOrder:
      let scratch = DoubleBuffer(count: un_zoh_scratch(h, n, a.base, logDt.base), arena: arena)
      un_zoh(h, n, a.base, b.base, logDt.base, system.transition.base, system.input.base, scratch.base)
    case .transform(let alpha):
      un_transform(h, n, alpha, a.base, b.base, logDt.base, system.transition.base, system.input.base)
    }
  }

  /// From gradients of Ā and B̄ (a `DiscreteSystem` that holds them) to those of A, B and log Δ.
  public static func discretiseBack(
    a: Matrix, b: Matrix, logDt: Matrix, by hold: Hold = .zeroOrder, arena: Arena, gradient: DiscreteSystem,
    addA: Matrix, addB: Matrix, addLogDt: Matrix
  ) {
    let (h, n) = (gradient.channels, gradient.stateSize)
    switch hold {
    case .zeroOrder:
      let scratch = DoubleBuffer(count: un_zoh_scratch(h, n, a.base, logDt.base), arena: arena)
      un_zoh_back(
        h, n, a.base, b.base, logDt.base, gradient.transition.base, gradient.input.base, addA.base, addB.base,
        addLogDt.base, scratch.base)
    case .transform(let alpha):
      un_transform_back(
        h, n, alpha, a.base, b.base, logDt.base, gradient.transition.base, gradient.input.base, addA.base, addB.base,
        addLogDt.base)
    }
  }

  /// Floats of `powers` for T steps.
  public static func powerCount(steps: Int, system: DiscreteSystem) -> Int {
    (steps + 1) * system.stateSize * tiledChannels(system.channels)
  }

  /// powers q_l = C Ā^l (l = 0…T) and kernel k_l = q_l B̄ [H,T]. Cost: T H N² multiply-adds.
  public static func stateSpaceKernel(c: Matrix, system: DiscreteSystem, powers: Matrix, kernel: Matrix) {
    precondition(c.rows == system.channels && c.columns == system.stateSize && kernel.rows == system.channels)
    precondition(powers.count == powerCount(steps: kernel.columns, system: system))
    un_ssm_kernel(
      kernel.columns, system.channels, system.stateSize, c.base, system.transition.base, system.input.base, powers.base,
      kernel.base)
  }

  /// Gradients of Ā and B̄ are written into `gradient`.
  public static func stateSpaceKernelBack(
    system: DiscreteSystem, powers: Matrix, dKernel: Matrix, dPowers: Matrix?, gradient: DiscreteSystem, addC: Matrix
  ) {
    un_ssm_kernel_back(
      dKernel.columns, system.channels, system.stateSize, system.transition.base, system.input.base, powers.base,
      dKernel.base,
      dPowers?.base, gradient.transition.base, gradient.input.base, addC.base)
  }

  /// y [R,H] = kernel [H,T] ∗ u [R,H] + D ⊙ u along every sequence.
  ///
  /// Beyond 64 steps sequences 2i and 2i + 1 are transformed as one signal: rounding is relative to the larger of the two, and what
  /// is not finite in one makes both not finite.
  public static func convolve(
    _ u: Matrix, kernel: Matrix, d: Matrix, _ steps: PackedSteps, arena: Arena, into y: Matrix
  ) {
    checkConvolution(u, kernel, d, steps, y)
    let scratch = arena.matrix(1, un_convolution_scratch(steps.steps))
    un_convolution(
      steps.steps, steps.offset, steps.live, u.columns, kernel.base, d.base, u.base, y.base, scratch.base)
  }

  public static func convolveBack(
    _ u: Matrix, kernel: Matrix, d: Matrix, _ steps: PackedSteps, arena: Arena, dy: Matrix, du: Matrix, dKernel: Matrix,
    addD: Matrix
  ) {
    checkConvolution(u, kernel, d, steps, dy)
    precondition(same(du, u) && same(dKernel, kernel) && addD.count == d.count)
    let scratch = arena.matrix(1, un_convolution_scratch(steps.steps))
    un_convolution_back(
      steps.steps, steps.offset, steps.live, u.columns, kernel.base, d.base, u.base, dy.base, du.base, dKernel.base,
      addD.base, scratch.base)
  }

  /// y_t += C Ā^{t+1} x₀ for x₀ [B, H·N].
  public static func addInitialState(
    _ x0: Matrix, powers: Matrix, system: DiscreteSystem, _ steps: PackedSteps, to y: Matrix
  ) {
    precondition(x0.rows == steps.sequences && x0.columns == system.channels * system.stateSize && x0.isContiguous)
    un_ssm_initial(
      steps.steps, steps.offset, steps.live, system.channels, system.stateSize, powers.base, x0.base, y.base)
  }

  public static func initialStateBack(
    _ x0: Matrix, powers: Matrix, system: DiscreteSystem, _ steps: PackedSteps, dy: Matrix, dPowers: Matrix,
    addX0: Matrix
  ) {
    precondition(same(x0, addX0) && dPowers.count == powers.count && x0.isContiguous)
    un_ssm_initial_back(
      steps.steps, steps.offset, steps.live, system.channels, system.stateSize, powers.base, x0.base, dy.base,
      dPowers.base,
      addX0.base)
  }

  /// The state after every sequence's last step, x [B, H·N], as the convolution sees it.
  public static func finalState(u: Matrix, x0: Matrix?, system: DiscreteSystem, _ steps: PackedSteps, into x: Matrix) {
    precondition(x.rows == steps.sequences && x.columns == system.channels * system.stateSize)
    un_ssm_final(
      steps.steps, steps.offset, steps.lengths, steps.sequences, system.channels, system.stateSize,
      system.transition.base, system.input.base, u.base, x0?.base, x.base)
  }

  /// The same system step by step: x [B, H·N] is the state before, then after. Cost: H N² multiply-adds a token.
  public static func recur(
    _ u: Matrix, c: Matrix, d: Matrix, system: DiscreteSystem, _ steps: PackedSteps, arena: Arena, state x: Matrix,
    into y: Matrix
  ) {
    precondition(same(u, y) && x.rows == steps.sequences && x.columns == system.channels * system.stateSize)
    let scratch = arena.matrix(1, 2 * 2 * system.stateSize * Int(UN_LANES))
    scratch.base.withMemoryRebound(to: Double.self, capacity: scratch.count / 2) { scratch in
      un_ssm_recurrence(
        steps.steps, steps.offset, steps.live, system.channels, system.stateSize, c.base, d.base,
        system.transition.base, system.input.base, u.base, x.base, y.base, scratch)
    }
  }

  /// exp of a square matrix, row by row.
  public static func exponential(_ matrix: [Double], size: Int) -> [Double] {
    precondition(matrix.count == size * size)
    _ = singleThread
    var result = [Double](repeating: 0, count: matrix.count)
    un_matrix_exponential(size, matrix, &result)
    return result
  }

  private static func checkConvolution(_ u: Matrix, _ kernel: Matrix, _ d: Matrix, _ steps: PackedSteps, _ y: Matrix) {
    precondition(u.rows == steps.rows && same(u, y) && u.isContiguous && y.isContiguous)
    precondition(kernel.columns == steps.steps && kernel.rows == u.columns && d.count == u.columns)
  }
}
