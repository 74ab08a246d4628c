import CUnroll

/// A diagonal state space, discretised, in double precision: λ and b of every mode of H channels.
public final class DiagonalSystem: Sendable {
  /// What a mode is: a pair of conjugate numbers of which one is kept, or one real number.
  public enum Modes: Int32, Sendable {
    case real = 1
    case pairs = 2
  }

  public let channels: Int
  /// Of one channel.
  public let count: Int
  public let modes: Modes
  let transition: DoubleBuffer
  let input: DoubleBuffer

  /// Zeros in memory of its own, or undefined contents in the arena's, which must not be used after its reset.
  public init(channels: Int, count: Int, modes: Modes, arena: Arena? = nil) {
    (self.channels, self.count, self.modes) = (channels, count, modes)
    transition = DoubleBuffer(count: channels * 2 * count, arena: arena)
    input = DoubleBuffer(count: channels * 2 * count, arena: arena)
  }

  /// N: floats of state of one channel.
  public var stateSize: Int { count * Int(modes.rawValue) }
  /// λ of channel h: real parts, then imaginary parts.
  public func transition(of h: Int) -> [Double] { values(transition, h) }
  /// b of channel h.
  public func input(of h: Int) -> [Double] { values(input, h) }

  /// As the C loops see it.
  var raw: un_modes {
    un_modes(H: channels, modes: count, parts: modes.rawValue, lambda: transition.base, b: input.base)
  }

  private func values(_ buffer: DoubleBuffer, _ h: Int) -> [Double] {
    (0..<2 * count).map { buffer.base[h * 2 * count + $0] }
  }
}

/// The parameters of a diagonal system: log Δ [1,H], log(−Re A) [H,modes], and Im A [H,modes] unless all is real.
public struct DiagonalParameters {
  public let logDt: Matrix
  public let logReal: Matrix
  public let imaginary: Matrix?

  public init(logDt: Matrix, logReal: Matrix, imaginary: Matrix?) {
    (self.logDt, self.logReal, self.imaginary) = (logDt, logReal, imaginary)
  }
}

/// The diagonal state space x' = A x + u, y = Re(C x): discretisation, kernel, initial and final state, recurrence.
extension Kernels {
  /// Zero-order hold: λ = exp(ΔA), b = (λ − 1)/A. Bilinear: λ = (1 + ΔA/2)/(1 − ΔA/2), b = Δ/(1 − ΔA/2).
  public static func discretise(_ p: DiagonalParameters, bilinear: Bool, into system: DiagonalSystem) {
    check(p, system)
    var raw = system.raw
    un_diagonal(&raw, bilinear ? 1 : 0, p.logDt.base, p.logReal.base, p.imaginary?.base)
  }

  /// From gradients of λ and b, which `gradient` holds, to those of the parameters, which are added to.
  public static func discretiseBack(
    _ p: DiagonalParameters, bilinear: Bool, gradient: DiagonalSystem, add: DiagonalParameters
  ) {
    check(p, gradient)
    check(add, gradient)
    var raw = gradient.raw
    un_diagonal_back(
      &raw, bilinear ? 1 : 0, p.logDt.base, p.logReal.base, p.imaginary?.base, add.logDt.base, add.logReal.base,
      add.imaginary?.base)
  }

  /// kernel [H,T]: k_l = Re Σ_n w C_n b_n λ_n^l, where w = 2 for pairs. Cost: T H N multiply-adds, in products.
  public static func diagonalKernel(c: Matrix, system: DiagonalSystem, arena: Arena, into kernel: Matrix) {
    _ = singleThread
    check(c, kernel, system)
    let scratch = arena.matrix(1, un_diagonal_scratch(kernel.columns, 1, system.count))
    var raw = system.raw
    un_diagonal_kernel(&raw, kernel.columns, c.base, kernel.base, scratch.base)
  }

  /// From that of the kernel, `dKernel` [H,T]: gradients of λ and b are written into `gradient`, that of C is added to.
  public static func diagonalKernelBack(
    c: Matrix, system: DiagonalSystem, dKernel: Matrix, arena: Arena, gradient: DiagonalSystem, addC: Matrix
  ) {
    _ = singleThread
    check(c, dKernel, system)
    precondition(dense(c, addC) && matches(gradient, system))
    let scratch = arena.matrix(1, un_diagonal_scratch(dKernel.columns, 1, system.count))
    var (raw, rawGradient) = (system.raw, gradient.raw)
    un_diagonal_kernel_back(&raw, dKernel.columns, c.base, dKernel.base, &rawGradient, addC.base, scratch.base)
  }

  /// y_t += Re Σ_n w C_n λ_n^{t+1} x₀_n for x₀ [B, H·N], y [R,H]; a channel's real parts lie before its imaginary parts.
  public static func addInitialState(
    _ x0: Matrix, c: Matrix, system: DiagonalSystem, _ steps: PackedSteps, arena: Arena, to y: Matrix
  ) {
    _ = singleThread
    checkState(x0, system, steps)
    checkRows(y, c, system, steps)
    let scratch = arena.matrix(1, un_diagonal_scratch(steps.steps, steps.sequences, system.count))
    var raw = system.raw
    steps.withRaw { un_diagonal_initial($0, &raw, c.base, x0.base, y.base, scratch.base) }
  }

  /// From `dy` [R,H]: gradients of λ and C are added to, that of x₀ [B, H·N] is written.
  public static func initialStateBack(
    _ x0: Matrix, c: Matrix, system: DiagonalSystem, _ steps: PackedSteps, arena: Arena, dy: Matrix,
    gradient: DiagonalSystem, addC: Matrix, dX0: Matrix
  ) {
    _ = singleThread
    checkState(x0, system, steps)
    checkState(dX0, system, steps)
    checkRows(dy, c, system, steps)
    precondition(dense(c, addC) && matches(gradient, system))
    let scratch = arena.matrix(1, un_diagonal_scratch(steps.steps, steps.sequences, system.count))
    var raw = system.raw
    steps.withRaw {
      un_diagonal_initial_back(
        $0, &raw, c.base, x0.base, dy.base, gradient.transition.base, addC.base, dX0.base, scratch.base)
    }
  }

  /// The state after every sequence's last step, x [B, H·N], for u [R,H]. Cost: B T H N multiply-adds, in products.
  public static func finalState(
    u: Matrix, x0: Matrix?, system: DiagonalSystem, _ steps: PackedSteps, arena: Arena, into x: Matrix
  ) {
    _ = singleThread
    checkState(x, system, steps)
    precondition(x0.map { dense($0, x) } ?? true)
    precondition(u.rows == steps.rows && u.columns == system.channels && u.isContiguous)
    let scratch = arena.matrix(1, un_diagonal_scratch(steps.steps, steps.sequences, system.count))
    var raw = system.raw
    steps.withRaw { un_diagonal_final($0, &raw, u.base, x0?.base, x.base, scratch.base) }
  }

  /// The same system step by step, u and y [R,H]: x [B, H·N] is the state before, then after.
  public static func recur(
    _ u: Matrix, c: Matrix, d: Matrix, system: DiagonalSystem, _ steps: PackedSteps, state x: Matrix, into y: Matrix
  ) {
    checkState(x, system, steps)
    checkRows(y, c, system, steps)
    precondition(dense(u, y) && d.count == system.channels)
    var raw = system.raw
    steps.withRaw { un_diagonal_recurrence($0, &raw, c.base, d.base, u.base, x.base, y.base) }
  }

  /// The frequencies ω ≥ 0 of the eigenvalues ±iω of a skew-symmetric matrix of even size, rising.
  public static func skewFrequencies(_ skew: [Double], size: Int) -> [Double] {
    _ = singleThread
    precondition(skew.count == size * size && size % 2 == 0)
    var frequencies = [Double](repeating: 0, count: size / 2)
    un_skew_frequencies(size, skew, &frequencies)
    return frequencies
  }

  private static func check(_ p: DiagonalParameters, _ system: DiagonalSystem) {
    precondition(p.logDt.count == system.channels && p.logReal.count == system.channels * system.count)
    precondition((p.imaginary?.count ?? p.logReal.count) == p.logReal.count)
    precondition((p.imaginary == nil) == (system.modes == .real))
    precondition(p.logReal.isContiguous && p.imaginary?.isContiguous ?? true)
  }

  private static func check(_ c: Matrix, _ kernel: Matrix, _ system: DiagonalSystem) {
    precondition(c.count == system.channels * system.stateSize && c.isContiguous)
    precondition(kernel.rows == system.channels && kernel.isContiguous)
  }

  private static func checkState(_ x: Matrix, _ system: DiagonalSystem, _ steps: PackedSteps) {
    precondition(x.rows == steps.sequences && x.columns == system.channels * system.stateSize && x.isContiguous)
  }

  private static func checkRows(_ y: Matrix, _ c: Matrix, _ system: DiagonalSystem, _ steps: PackedSteps) {
    precondition(y.rows == steps.rows && y.columns == system.channels && y.isContiguous)
    precondition(c.count == system.channels * system.stateSize && c.isContiguous)
  }

  private static func matches(_ a: DiagonalSystem, _ b: DiagonalSystem) -> Bool {
    (a.channels, a.count, a.modes) == (b.channels, b.count, b.modes)
  }
}
