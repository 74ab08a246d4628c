import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// The zero-order hold by GSL's exponential against a series of our own, and its gradient against the Fréchet derivative, which is
/// the upper right block of exp [Mᵀ G; 0 Mᵀ] (Najfeld & Havel 1995), by that series, and against differences.
@Suite struct HoldTests {
  private let pool = Pool()

  /// LegS, far from normal: the harder the larger.
  private func legS(_ n: Int) -> (a: Matrix, b: Matrix) {
    func root(_ i: Int) -> Float { Float(2 * i + 1).squareRoot() }
    let a = (0..<n * n).map {
      $0 / n > $0 % n ? -root($0 / n) * root($0 % n) : $0 / n == $0 % n ? -Float($0 / n + 1) : 0
    }
    return (pool.matrix(n, n, a), pool.matrix(1, n, (0..<n).map(root)))
  }

  /// Δ [A B; 0 0]
  private func bordered(_ a: Matrix, _ b: Matrix, _ dt: Double) -> [Double] {
    let n = b.count
    return (0..<(n + 1) * (n + 1)).map { place in
      let (i, j) = (place / (n + 1), place % (n + 1))
      return dt * (i == n ? 0 : j == n ? b.at(0, i) : a.at(i, j))
    }
  }

  /// Eleven time steps, from such that need no squaring up to many.
  @Test(
    arguments: [
      (1, 1e-6, 0.3), (2, 1e-3, 2), (3, 1e-3, 40), (4, 1e-5, 1e-4), (6, 1e-4, 1), (7, 1e-3, 1), (9, 1e-3, 2),
      (16, 1e-4, 0.5), (33, 1e-3, 0.1),
    ])
  func againstTheSeries(_ form: (state: Int, shortest: Double, longest: Double)) {
    let (n, channels) = (form.state, 11)
    let (a, b) = legS(n)
    let ratio = log(form.longest / form.shortest) / Double(channels - 1)
    let logDt = pool.matrix(1, channels, (0..<channels).map { Float(log(form.shortest) + Double($0) * ratio) })
    let system = DiscreteSystem(channels: channels, timeSteps: channels, stateSize: n)
    Kernels.discretise(a: a, b: b, logDt: logDt, into: system)
    for h in 0..<channels {
      let e = Twin.exponential(bordered(a, b, exp(logDt.at(0, h))), size: n + 1)
      let scale = 1e-11 * max(1, e.map(abs).max()!)
      let (transition, input) = (system.transition(of: h), system.input(of: h))
      for i in 0..<n {
        #expect(abs(input[i] - e[i * (n + 1) + n]) < scale)
        #expect((0..<n).allSatisfy { abs(transition[i * n + $0] - e[i * (n + 1) + $0]) < scale })
      }
    }
  }

  /// The gradient of Σ_h ⟨Ā_h, Ā_h⟩/2 + ⟨B̄_h, B̄_h⟩/2, whose gradients of Ā and B̄ are the system itself.
  @Test(
    arguments: [
      (1, 1e-6, 0.3), (2, 1e-3, 2), (3, 1e-3, 40), (6, 1e-4, 1), (7, 1e-3, 1), (8, 1e-3, 1), (9, 1e-3, 2),
      (16, 1e-4, 0.5), (33, 1e-3, 0.1),
    ])
  func gradientAgainstFrechet(_ form: (state: Int, shortest: Double, longest: Double)) {
    let (n, channels) = (form.state, 11)
    let (w, (a, b)) = (n + 1, legS(n))
    let ratio = log(form.longest / form.shortest) / Double(channels - 1)
    let logDt = pool.matrix(1, channels, (0..<channels).map { Float(log(form.shortest) + Double($0) * ratio) })
    let system = DiscreteSystem(channels: channels, timeSteps: channels, stateSize: n)
    Kernels.discretise(a: a, b: b, logDt: logDt, into: system)
    let (dA, dB, dDt) = (pool.matrix(n, n), pool.matrix(1, n), pool.matrix(1, channels))
    Kernels.discretiseBack(
      a: a, b: b, logDt: logDt, gradient: system, addA: dA, addB: dB, addLogDt: dDt)
    var (sumA, sumB) = ([Double](repeating: 0, count: n * n), [Double](repeating: 0, count: n))
    var along = [Double](repeating: 0, count: channels)
    for h in 0..<channels {
      let dt = exp(logDt.at(0, h))
      let (m, transition, input) = (bordered(a, b, dt), system.transition(of: h), system.input(of: h))
      let block = (0..<4 * w * w).map { place -> Double in
        let (i, j) = (place / (2 * w), place % (2 * w))
        if i / w == j / w { return m[j % w * w + i % w] }
        return i >= w || i == n ? 0 : j - w < n ? transition[i * n + j - w] : input[i]
      }
      let e = Twin.exponential(block, size: 2 * w)
      for i in 0..<n {
        for j in 0...n {
          let g = dt * e[i * 2 * w + w + j]
          along[h] += g * (j < n ? a.at(i, j) : b.at(0, i))
          if j < n { sumA[i * n + j] += g } else { sumB[i] += g }
        }
      }
    }
    #expect(distance(dA.array, sumA) < 3e-7 && distance(dB.array, sumB) < 3e-7)
    for h in 0..<channels { #expect(abs(dDt.at(0, h) - along[h]) < 3e-7 * max(abs(along[h]), 1e-3)) }
  }

  /// The gradient is linear in those of Ā and B̄, however large or small they are beside the system.
  @Test(arguments: [1e-20, 1e-9, 1e9, 1e15, 1e20], [5, 16, 64])
  func gradientsOfEverySize(_ size: Double, _ n: Int) {
    let (a, b) = legS(n)
    let logDt = pool.matrix(1, 2, [-4, -1])
    let (one, large) = (gradient(a, b, logDt, size: 1), gradient(a, b, logDt, size: size))
    for (one, large) in zip(one, large) {
      #expect(distance(large.array, one.doubles.map { $0 * size }) < 1e-6, "\(size)")
    }
  }

  /// Of size · Σ ⟨W, Ā⟩ + ⟨w, B̄⟩ for fixed W and w.
  private func gradient(_ a: Matrix, _ b: Matrix, _ logDt: Matrix, size: Double) -> [Matrix] {
    let n = b.count
    let system = DiscreteSystem(channels: 2, timeSteps: 2, stateSize: n)
    system.fill { size * Double(($0 * 37 + 11) % 19 - 9) }
    let (dA, dB, dDt) = (pool.matrix(n, n), pool.matrix(1, n), pool.matrix(1, 2))
    Kernels.discretiseBack(a: a, b: b, logDt: logDt, gradient: system, addA: dA, addB: dB, addLogDt: dDt)
    return [dA, dB, dDt]
  }

  /// ẋ = B u: Ā is the identity and B̄ = Δ B.
  @Test func noTransition() {
    let (n, channels) = (5, 9)
    let (a, b) = (pool.matrix(n, n), pool.normal(1, n))
    let logDt = pool.matrix(1, channels, (0..<channels).map { Float($0) - 4 })
    let system = DiscreteSystem(channels: channels, timeSteps: channels, stateSize: n)
    Kernels.discretise(a: a, b: b, logDt: logDt, into: system)
    let (dA, dB, dDt) = (pool.matrix(n, n), pool.matrix(1, n), pool.matrix(1, channels))
    Kernels.discretiseBack(
      a: a, b: b, logDt: logDt, gradient: system, addA: dA, addB: dB, addLogDt: dDt)
    let steps = (0..<channels).map { exp(logDt.at(0, $0)) }
    for (h, dt) in steps.enumerated() {
      #expect(system.transition(of: h) == (0..<n * n).map { $0 % (n + 1) == 0 ? 1 : 0 })
      for i in 0..<n { #expect(abs(system.input(of: h)[i] - dt * b.at(0, i)) < 1e-14 * dt) }
    }
    // To first order in A: Ā = I + ΔA, B̄ = ΔB + Δ²/2 A B.
    let (first, cubes) = (steps.reduce(0, +), steps.reduce(0) { $0 + $1 * $1 * $1 })
    let expected = (0..<n * n).map {
      ($0 % (n + 1) == 0 ? first : 0) + cubes / 2 * b.at(0, $0 / n) * b.at(0, $0 % n)
    }
    #expect(distance(dA.array, expected) < 3e-7)
    #expect(distance(dB.array, (0..<n).map { i in steps.reduce(0) { $0 + $1 * $1 * b.at(0, i) } }) < 3e-7)
  }

  /// Where the squarings do not suffice, or a step is none, a channel is not a number: a run ends there. The others stay right.
  @Test(arguments: [42, 50, 88.8, 3e38, Float.infinity, .nan])
  func stepsThatCannotBe(_ bad: Float) {
    let (n, channels) = (3, 11)
    let (a, b) = legS(n)
    // cΔ is 2⁶⁴ at log Δ = 41.6. At 40 the state forgets everything within a step, Ā = 0 and A B̄ = −B.
    let logDt = pool.matrix(1, channels, (0..<channels).map { $0 == 2 || $0 == 9 ? bad : $0 == 3 ? 40 : -3 })
    let system = DiscreteSystem(channels: channels, timeSteps: channels, stateSize: n)
    Kernels.discretise(a: a, b: b, logDt: logDt, into: system)
    let e = Twin.exponential(bordered(a, b, exp(-3)), size: n + 1)
    for h in 0..<channels {
      let (transition, input) = (system.transition(of: h), system.input(of: h))
      switch h {
      case 2, 9: #expect((transition + input).allSatisfy { $0.isNaN }, "channel \(h)")
      case 3:
        #expect(transition.allSatisfy { abs($0) < 1e-12 })
        for i in 0..<n {
          let product = (0..<n).reduce(b.at(0, i)) { $0 + a.at(i, $1) * input[$1] }
          #expect(abs(product) < 1e-5 * b.at(0, i))
        }
      default:
        for i in 0..<n {
          #expect(abs(input[i] - e[i * (n + 1) + n]) < 1e-12)
          #expect((0..<n).allSatisfy { abs(transition[i * n + $0] - e[i * (n + 1) + $0]) < 1e-12 })
        }
      }
    }
    let (dA, dB, dDt) = (pool.matrix(n, n), pool.matrix(1, n), pool.matrix(1, channels))
    Kernels.discretiseBack(
      a: a, b: b, logDt: logDt, gradient: system, addA: dA, addB: dB, addLogDt: dDt)
    #expect((dA.array + dB.array).allSatisfy { $0.isNaN })
    for h in 0..<channels { #expect(dDt[0, h].isNaN == (h == 2 || h == 9)) }
  }
}
