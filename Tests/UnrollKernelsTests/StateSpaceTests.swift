import CLibrary
import TestSupport
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

  @Test func zeroOrderHold() {
    let (n, steps) = (4, 3)
    let (a, b, logDt) = (pool.normal(n, n), pool.normal(1, n), pool.normal(1, steps))
    let system = DiscreteSystem(channels: 11, timeSteps: steps, stateSize: n)
    Kernels.discretise(a: a, b: b, logDt: logDt, into: system)
    for g in 0..<steps {
      let twin = held(a.doubles, b.doubles, logDt.at(0, g))
      let scale = 1e-12 * max(1, twin.a.map(abs).max()!)
      #expect(zip(system.transition(of: g), twin.a).allSatisfy { abs($0 - $1) < scale })
      #expect(zip(system.input(of: g), twin.b).allSatisfy { abs($0 - $1) < scale })
    }
  }

  /// Gradient of Σ_l k_l w_l for the kernel k_l = C Ā^l B̄, through the hold to A, B, C and log Δ.
  ///
  /// One time step for all, groups of different size, and one a channel; lengths that are no product of the tables'.
  @Test(arguments: [1, 4, 9], [1, 2, 5, 16, 23])
  func kernelAndItsGradient(_ timeSteps: Int, _ length: Int) {
    let (n, channels) = (3, 9)
    let (a, b, c, logDt) = (
      pool.normal(n, n, deviation: 0.5), pool.normal(1, n), pool.normal(channels, n), pool.normal(1, timeSteps)
    )
    let weights = pool.normal(channels, length)
    func twin(_ inputs: [[Double]]) -> [Double] {
      var kernel = [Double](repeating: 0, count: length * channels)
      for h in 0..<channels {
        let system = held(inputs[0], inputs[1], inputs[3][h % timeSteps])
        var q = Array(inputs[2][h * n..<(h + 1) * n])
        for l in 0..<length {
          kernel[h * length + l] = zip(q, system.b).reduce(0) { $0 + $1.0 * $1.1 }
          q = (0..<n).map { j in (0..<n).reduce(0) { $0 + q[$1] * system.a[$1 * n + j] } }
        }
      }
      return kernel
    }
    let system = DiscreteSystem(channels: channels, timeSteps: timeSteps, stateSize: n)
    Kernels.discretise(a: a, b: b, logDt: logDt, into: system)
    let kernel = pool.matrix(channels, length)
    system.kernel(c: c, arena: pool.arena, into: kernel)
    let inputs = [a.doubles, b.doubles, c.doubles, logDt.doubles]
    #expect(distance(kernel.array, twin(inputs)) < 1e-6)
    let gradient = DiscreteSystem(channels: channels, timeSteps: timeSteps, stateSize: n)
    let (dA, dB, dC, dDt) = (pool.matrix(n, n), pool.matrix(1, n), pool.matrix(channels, n), pool.matrix(1, timeSteps))
    system.kernelBack(weights, c: c, arena: pool.arena, into: gradient, addC: dC)
    Kernels.discretiseBack(a: a, b: b, logDt: logDt, gradient: gradient, addA: dA, addB: dB, addLogDt: dDt)
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

  /// x = Ā x + B̄ u, y = C x + D u, against the same in plain arithmetic; what an initial state adds; the final state both ways.
  /// States that leave a remainder of the recurrence's blocks of eight, and channels one of its blocks of four.
  @Test(arguments: [1, 3, 11], [4, 9])
  func recurrence(_ timeSteps: Int, _ n: Int) {
    let (channels, steps) = (11, PackedSteps(lengths: [37, 14, 14, 1]))
    let (a, b, logDt) = (pool.normal(n, n, deviation: 0.3), pool.normal(1, n), pool.normal(1, timeSteps))
    let (c, d, u) = (pool.normal(channels, n), pool.normal(1, channels), pool.normal(steps.rows, channels))
    let x0 = pool.normal(4, channels * n)
    for i in 0..<n { a[i, i] -= 1 }
    let system = DiscreteSystem(channels: channels, timeSteps: timeSteps, stateSize: n)
    Kernels.discretise(a: a, b: b, logDt: logDt, into: system)
    var (x, y) = (x0.doubles, [Double](repeating: 0, count: u.count))
    var (free, fromState) = (x0.doubles, [Double](repeating: 0, count: u.count))
    for t in 0..<steps.steps {
      for (s, row) in steps.range(t).enumerated() {
        for h in 0..<channels {
          let start = (s * channels + h) * n
          let (transition, input) = (system.transition(of: h % timeSteps), system.input(of: h % timeSteps))
          func step(_ x: inout [Double], _ u: Double) -> Double {
            let before = Array(x[start..<start + n])
            for i in 0..<n { x[start + i] = (0..<n).reduce(input[i] * u) { $0 + transition[i * n + $1] * before[$1] } }
            return (0..<n).reduce(d.at(0, h) * u) { $0 + c.at(h, $1) * x[start + $1] }
          }
          y[row * channels + h] = step(&x, u.at(row, h))
          fromState[row * channels + h] = step(&free, 0)
        }
      }
    }
    let (state, ours, final) = (pool.arena.copy(x0), pool.matrix(u.rows, channels), pool.matrix(4, channels * n))
    let added = pool.arena.zeros(u.rows, channels)
    system.recur(u, c: c, d: d, steps, arena: pool.arena, state: state, into: ours)
    system.finalState(u, from: x0, steps, arena: pool.arena, into: final)
    system.addInitialState(x0, c: c, steps, arena: pool.arena, to: added)
    #expect(distance(ours.array, y) < 2e-6 && distance(state.array, x) < 2e-6 && distance(final.array, x) < 2e-6)
    #expect(distance(added.array, fromState) < 2e-6)
  }

  /// Nothing is written beyond what is lent for it: an odd number of steps, several sequences, groups of more than four channels.
  @Test(arguments: [1, 2, 7])
  func recurrenceStaysInItsMemory(_ length: Int) {
    let (n, channels, steps) = (9, 11, PackedSteps(lengths: [length, length, 1]))
    let system = DiscreteSystem(channels: channels, timeSteps: 2, stateSize: n)
    Kernels.discretise(a: pool.normal(n, n), b: pool.normal(1, n), logDt: pool.normal(1, 2), into: system)
    let arena = Arena()
    arena.matrix(1, 1 << 14).fill(7)
    arena.reset()
    system.recur(
      pool.normal(steps.rows, channels), c: pool.normal(channels, n), d: pool.normal(1, channels), steps, arena: arena,
      state: pool.normal(3, channels * n), into: pool.matrix(steps.rows, channels))
    #expect(arena.matrix(1, 1 << 10).array.allSatisfy { $0 == 7 })
  }

  /// What tables of powers take for 16,384 steps of 64 states and channels.
  @Test(arguments: [1, 8, 64])
  func memoryOfPowers(_ timeSteps: Int) {
    let system = DiscreteSystem(channels: 64, timeSteps: timeSteps, stateSize: 64)
    let (arena, kernel) = (Arena(), pool.matrix(64, 16_384))
    system.kernel(c: pool.normal(64, 64), arena: arena, into: kernel)
    #expect(arena.capacity * 4 < 32 << 20, "\(arena.capacity * 4 >> 20) MiB")
  }
}
