#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import Testing
import UnrollKernels

@Suite struct StateSpaceTests {
  private let pool = Pool()

  @Test func exponentialOfKnownMatrices() {
    func close(_ m: [Double], _ n: Int, _ expected: [Double]) -> Bool {
      zip(Kernels.exponential(m, size: n), expected).allSatisfy { abs($0 - $1) < 1e-12 * max(1, abs($1)) }
    }
    #expect(close([0, 0, 0, 0], 2, [1, 0, 0, 1]))
    #expect(close([1, 0, 0, -2], 2, [exp(1), 0, 0, exp(-2)]))
    #expect(close([0, -0.7, 0.7, 0], 2, [cos(0.7), -sin(0.7), sin(0.7), cos(0.7)]))
    #expect(close([0, 1, 2, 0, 0, 3, 0, 0, 0], 3, [1, 1, 3.5, 0, 1, 3, 0, 0, 1]))
  }

  @Test(arguments: [1, 2, 5, 9])
  func exponentialAgainstItsSeries(_ n: Int) {
    let m = pool.normal(n, n, deviation: 0.8).doubles
    let (ours, twin) = (Kernels.exponential(m, size: n), Twin.exponential(m, size: n))
    #expect(zip(ours, twin).allSatisfy { abs($0 - $1) < 1e-12 * max(1, twin.map(abs).max()!) })
  }

  /// Ā and B̄ of one channel, from exp of the bordered matrix.
  private func held(_ a: [Double], _ b: [Double], _ logDt: Double) -> (a: [Double], b: [Double]) {
    let n = b.count
    let bordered = (0..<(n + 1) * (n + 1)).map { place -> Double in
      let (i, j) = (place / (n + 1), place % (n + 1))
      return exp(logDt) * (i == n ? 0 : j == n ? b[i] : a[i * n + j])
    }
    let e = Twin.exponential(bordered, size: n + 1)
    return ((0..<n * n).map { e[$0 / n * (n + 1) + $0 % n] }, (0..<n).map { e[$0 * (n + 1) + n] })
  }

  /// Eleven channels: one tile of the C loops and a remainder.
  @Test func zeroOrderHold() {
    let (n, channels) = (4, 11)
    let (a, b, logDt) = (pool.normal(n, n), pool.normal(1, n), pool.normal(1, channels))
    let system = DiscreteSystem(channels: channels, stateSize: n)
    Kernels.discretise(a: a, b: b, logDt: logDt, arena: pool.arena, into: system)
    for h in 0..<channels {
      let twin = held(a.doubles, b.doubles, logDt.at(0, h))
      let scale = 1e-12 * max(1, twin.a.map(abs).max()!)
      #expect(zip(system.transition(of: h), twin.a).allSatisfy { abs($0 - $1) < scale })
      #expect(zip(system.input(of: h), twin.b).allSatisfy { abs($0 - $1) < scale })
    }
  }

  /// Gradient of Σ_l k_l w_l for the kernel k_l = C Ā^l B̄, through the hold to A, B, C and log Δ.
  @Test func kernelAndItsGradient() {
    let (n, channels, length) = (3, 9, 5)
    let (a, b, c, logDt) = (
      pool.normal(n, n, deviation: 0.5), pool.normal(1, n), pool.normal(channels, n), pool.normal(1, channels)
    )
    let weights = pool.normal(channels, length)
    func twin(_ inputs: [[Double]]) -> [Double] {
      var kernel = [Double](repeating: 0, count: length * channels)
      for h in 0..<channels {
        let system = held(inputs[0], inputs[1], inputs[3][h])
        var q = Array(inputs[2][h * n..<(h + 1) * n])
        for l in 0..<length {
          kernel[h * length + l] = zip(q, system.b).reduce(0) { $0 + $1.0 * $1.1 }
          q = (0..<n).map { j in (0..<n).reduce(0) { $0 + q[$1] * system.a[$1 * n + j] } }
        }
      }
      return kernel
    }
    let system = DiscreteSystem(channels: channels, stateSize: n)
    Kernels.discretise(a: a, b: b, logDt: logDt, arena: pool.arena, into: system)
    let (powers, kernel) = (
      pool.matrix(1, Kernels.powerCount(steps: length, system: system)), pool.matrix(channels, length)
    )
    Kernels.stateSpaceKernel(c: c, system: system, powers: powers, kernel: kernel)
    let inputs = [a.doubles, b.doubles, c.doubles, logDt.doubles]
    #expect(distance(kernel.array, twin(inputs)) < 1e-6)
    let gradient = DiscreteSystem(channels: channels, stateSize: n)
    let (dA, dB, dC, dDt) = (pool.matrix(n, n), pool.matrix(1, n), pool.matrix(channels, n), pool.matrix(1, channels))
    Kernels.stateSpaceKernelBack(
      system: system, powers: powers, dKernel: weights, dPowers: nil, gradient: gradient, addC: dC)
    Kernels.discretiseBack(
      a: a, b: b, logDt: logDt, arena: pool.arena, gradient: gradient, addA: dA, addB: dB, addLogDt: dDt)
    for (which, ours) in [dA, dB, dC, dDt].enumerated() {
      let slopes = inputs[which].indices.map { place in
        derivative { step in
          var moved = inputs
          moved[which][place] += step
          return zip(twin(moved), weights.doubles).reduce(0) { $0 + $1.0 * $1.1 }
        }
      }
      #expect(distance(ours.array, slopes) < 3e-6, "input \(which)")
    }
  }

  /// x = Ā x + B̄ u, y = C x + D u, against the same in plain arithmetic, and the final state both ways.
  @Test func recurrence() {
    let (n, channels, steps) = (4, 11, PackedSteps(lengths: [7, 4, 2, 1]))
    let (a, b, logDt) = (pool.normal(n, n, deviation: 0.5), pool.normal(1, n), pool.normal(1, channels))
    let (c, d, u) = (pool.normal(channels, n), pool.normal(1, channels), pool.normal(steps.rows, channels))
    let x0 = pool.normal(4, channels * n)
    let system = DiscreteSystem(channels: channels, stateSize: n)
    Kernels.discretise(a: a, b: b, logDt: logDt, arena: pool.arena, into: system)
    var (x, y) = (x0.doubles, [Double](repeating: 0, count: u.count))
    for t in 0..<steps.steps {
      for (s, row) in steps.range(t).enumerated() {
        for h in 0..<channels {
          let (start, transition, input) = ((s * channels + h) * n, system.transition(of: h), system.input(of: h))
          let before = Array(x[start..<start + n])
          for i in 0..<n {
            x[start + i] = (0..<n).reduce(input[i] * u.at(row, h)) { $0 + transition[i * n + $1] * before[$1] }
          }
          y[row * channels + h] = (0..<n).reduce(d.at(0, h) * u.at(row, h)) { $0 + c.at(h, $1) * x[start + $1] }
        }
      }
    }
    let (state, ours, final) = (pool.arena.copy(x0), pool.matrix(u.rows, channels), pool.matrix(4, channels * n))
    Kernels.recur(u, c: c, d: d, system: system, steps, arena: pool.arena, state: state, into: ours)
    Kernels.finalState(u: u, x0: x0, system: system, steps, into: final)
    #expect(distance(ours.array, y) < 2e-6 && distance(state.array, x) < 2e-6 && distance(final.array, x) < 2e-6)
  }
}
