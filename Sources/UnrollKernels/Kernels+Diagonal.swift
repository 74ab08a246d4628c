import CUnroll

/// A diagonal state space, discretised, in double precision: λ and b of every mode of H channels.
package final class DiagonalSystem: Sendable {
  /// What a mode is: a pair of conjugate numbers of which one is kept, or one real number.
  package enum Modes: Int32, Sendable {
    case real = 1
    case pairs = 2
  }

  package let channels: Int
  /// Of one channel.
  package let count: Int
  package let modes: Modes
  let transition: DoubleBuffer
  let input: DoubleBuffer

  /// Zeros in memory of its own, or undefined contents in the arena's, which must not be used after its reset.
  package init(channels: Int, count: Int, modes: Modes, arena: Arena? = nil) {
    (self.channels, self.count, self.modes) = (channels, count, modes)
    transition = DoubleBuffer(count: channels * 2 * count, arena: arena)
    input = DoubleBuffer(count: channels * 2 * count, arena: arena)
  }

  /// N: floats of state of one channel.
  package var stateSize: Int { count * Int(modes.rawValue) }
  /// λ of channel h: real parts, then imaginary parts.
  package func transition(of h: Int) -> [Double] { values(transition, h) }
  /// b of channel h.
  package func input(of h: Int) -> [Double] { values(input, h) }

  /// As the C loops see it.
  var raw: un_modes {
    un_modes(H: channels, modes: count, parts: modes.rawValue, lambda: transition.base, b: input.base)
  }

  private func values(_ buffer: DoubleBuffer, _ h: Int) -> [Double] {
    (0..<2 * count).map { buffer.base[h * 2 * count + $0] }
  }
}

/// The parameters of a diagonal system: log Δ [1,H], log(−Re A) [H,modes], and Im A [H,modes] unless all is real.
package struct DiagonalParameters {
  package let logDt: Matrix
  package let logReal: Matrix
  package let imaginary: Matrix?

  package init(logDt: Matrix, logReal: Matrix, imaginary: Matrix?) {
    (self.logDt, self.logReal, self.imaginary) = (logDt, logReal, imaginary)
  }
}

/// The discretisation of the diagonal state space x' = A x + u, y = Re(C x), and its gradient.
extension Kernels {
  /// Zero-order hold: λ = exp(ΔA), b = (λ − 1)/A. Bilinear: λ = (1 + ΔA/2)/(1 − ΔA/2), b = Δ/(1 − ΔA/2).
  package static func discretise(_ p: DiagonalParameters, bilinear: Bool, into system: DiagonalSystem) {
    check(p, system)
    var raw = system.raw
    un_diagonal(&raw, bilinear ? 1 : 0, p.logDt.base, p.logReal.base, p.imaginary?.base)
  }

  /// From gradients of λ and b, which `gradient` holds, to those of the parameters, which are added to.
  package static func discretiseBack(
    _ p: DiagonalParameters, bilinear: Bool, gradient: DiagonalSystem, add: DiagonalParameters
  ) {
    check(p, gradient)
    check(add, gradient)
    var raw = gradient.raw
    un_diagonal_back(
      &raw, bilinear ? 1 : 0, p.logDt.base, p.logReal.base, p.imaginary?.base, add.logDt.base, add.logReal.base,
      add.imaginary?.base)
  }

  /// The frequencies ω ≥ 0 of the eigenvalues ±iω of a skew-symmetric matrix of even size, rising.
  package static func skewFrequencies(_ skew: [Double], size: Int) -> [Double] {
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
}

/// Ā is λ, B̄ is b; sums over conjugate pairs are 2 Re C x. A channel's state holds real parts, then imaginary parts.
extension DiagonalSystem: LinearSystem {
  /// Cost: T H N multiply-adds, in products.
  package func kernel(c: Matrix, arena: Arena, into kernel: Matrix) {
    _ = Kernels.singleThread
    checkKernel(kernel, c)
    let scratch = scratch(kernel.columns, 1, arena)
    var raw = raw
    un_diagonal_kernel(&raw, kernel.columns, c.base, kernel.base, scratch.base)
  }

  package func kernelBack(_ dKernel: Matrix, c: Matrix, arena: Arena, into gradient: DiagonalSystem, addC: Matrix) {
    _ = Kernels.singleThread
    checkKernel(dKernel, c)
    checkGradient(gradient, c, addC)
    let scratch = scratch(dKernel.columns, 1, arena)
    var (raw, rawGradient) = (raw, gradient.raw)
    un_diagonal_kernel_back(&raw, dKernel.columns, c.base, dKernel.base, &rawGradient, addC.base, scratch.base)
  }

  package func addInitialState(_ x0: Matrix, c: Matrix, _ steps: PackedSteps, arena: Arena, to y: Matrix) {
    _ = Kernels.singleThread
    checkState(x0, steps)
    checkRows(y, c, steps)
    let scratch = scratch(steps.steps, steps.sequences, arena)
    var raw = raw
    steps.withRaw { un_diagonal_initial($0, &raw, c.base, x0.base, y.base, scratch.base) }
  }

  package func initialStateBack(
    _ x0: Matrix, c: Matrix, _ steps: PackedSteps, arena: Arena, dy: Matrix, addTo gradient: DiagonalSystem,
    addC: Matrix, dX0: Matrix
  ) {
    _ = Kernels.singleThread
    checkState(x0, steps)
    checkState(dX0, steps)
    checkRows(dy, c, steps)
    checkGradient(gradient, c, addC)
    let scratch = scratch(steps.steps, steps.sequences, arena)
    var raw = raw
    steps.withRaw {
      un_diagonal_initial_back(
        $0, &raw, c.base, x0.base, dy.base, gradient.transition.base, addC.base, dX0.base, scratch.base)
    }
  }

  /// Cost: B T H N multiply-adds, in products.
  package func finalState(_ u: Matrix, from x0: Matrix?, _ steps: PackedSteps, arena: Arena, into x: Matrix) {
    _ = Kernels.singleThread
    checkRows(u, steps)
    checkState(x, steps)
    if let x0 { checkState(x0, steps) }
    let scratch = scratch(steps.steps, steps.sequences, arena)
    var raw = raw
    steps.withRaw { un_diagonal_final($0, &raw, u.base, x0?.base, x.base, scratch.base) }
  }

  package func finalStateBack(
    _ u: Matrix, from x0: Matrix?, _ steps: PackedSteps, arena: Arena, dX: Matrix, addTo gradient: DiagonalSystem,
    addU: Matrix, addX0: Matrix?
  ) {
    _ = Kernels.singleThread
    checkFinal(u, x0, steps, dX, gradient, addU, addX0)
    let scratch = scratch(steps.steps, steps.sequences, arena)
    var (raw, rawGradient) = (raw, gradient.raw)
    steps.withRaw {
      un_diagonal_final_back(
        $0, &raw, u.base, x0?.base, dX.base, &rawGradient, addU.base, addX0?.base, scratch.base)
    }
  }

  package func recur(
    _ u: Matrix, c: Matrix, d: Matrix, _ steps: PackedSteps, arena: Arena, state x: Matrix, into y: Matrix
  ) {
    checkState(x, steps)
    checkRows(u, steps)
    checkRows(y, c, steps)
    precondition(d.count == channels)
    var raw = raw
    steps.withRaw { un_diagonal_recurrence($0, &raw, c.base, d.base, u.base, x.base, y.base) }
  }

  package func matches(_ other: DiagonalSystem) -> Bool {
    (channels, count, modes) == (other.channels, other.count, other.modes)
  }

  private func scratch(_ length: Int, _ sequences: Int, _ arena: Arena) -> Matrix {
    arena.matrix(1, un_diagonal_scratch(length, sequences, count))
  }
}
