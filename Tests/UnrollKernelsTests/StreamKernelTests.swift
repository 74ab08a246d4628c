import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// Kernels of single steps against their formulas in double precision.
@Suite struct StreamKernelTests {
  private let pool = Pool()

  @Test func linearRecurrentUnit() {
    let (sequences, count) = (2, 19)
    let raw = LRUPoles(nu: pool.normal(1, count), theta: pool.normal(1, count), gamma: pool.normal(1, count))
    let (v, x) = (pool.normal(sequences, 2 * count), pool.normal(sequences, 2 * count))
    let before = x.doubles
    Kernels.linearStep(LRUSystem(raw), v, state: x)
    let twin = before.indices.map { index -> Double in
      let (b, n, imaginary) = (index / (2 * count), index % count, index % (2 * count) >= count)
      let (re, im) = (before[b * 2 * count + n], before[b * 2 * count + count + n])
      let (radius, angle) = (exp(-exp(raw.nu.at(0, n))), exp(raw.theta.at(0, n)))
      let turned = radius * (imaginary ? cos(angle) * im + sin(angle) * re : cos(angle) * re - sin(angle) * im)
      return turned + exp(raw.gamma.at(0, n)) * v.at(b, index % (2 * count))
    }
    #expect(distance(x.array, twin) < 1e-6)
  }

  /// The usual size has code of its own.
  @Test(arguments: [5, 16, 21])
  func selectiveScan(_ size: Int) {
    let (sequences, channels) = (2, 19)
    let (a, d) = (pool.normal(channels, size), pool.normal(1, channels))
    let (u, delta) = (pool.normal(sequences, channels), pool.normal(sequences, channels, deviation: 0.3))
    let both = pool.normal(sequences, 2 * size)
    let (b, c) = (both.columns(0..<size), both.columns(size..<2 * size))
    let (x, y) = (pool.normal(sequences, channels * size), pool.matrix(sequences, channels))
    let before = x.doubles
    let system = SelectiveSystem(a: a, d: d, u: u, delta: delta, b: b, c: c, initial: nil)
    Kernels.selectiveStep(system, state: x, into: y)
    let twin = Twin.selectiveScan(
      PackedSteps(count: sequences, length: 1), u: u.doubles, delta: delta.doubles, a: a.doubles, b: b.doubles,
      c: c.doubles, d: d.doubles, from: before)
    #expect(distance(x.array, twin.final) < 1e-6 && distance(y.array, twin.y) < 1e-6)
  }

  @Test(arguments: [2, 4])
  func depthwiseConvolution(_ count: Int) {
    let (sequences, channels, kept) = (3, 19, count - 1)
    let (wide, taps) = (pool.normal(sequences, 2 * channels), pool.normal(count, channels))
    let (bias, before) = (pool.normal(1, channels), pool.normal(sequences, kept * channels))
    let (x, y, old) = (wide.columns(5..<5 + channels), pool.matrix(sequences, channels), before.doubles)
    Kernels.depthwiseStep(x, taps: taps, bias: bias, before: before, into: y)
    func input(_ b: Int, _ j: Int, _ h: Int) -> Double {
      j < kept ? old[(b * kept + j) * channels + h] : x.at(b, h)
    }
    let twin = (0..<sequences * channels).map { index -> Double in
      let (b, h) = (index / channels, index % channels)
      return (0..<count).reduce(bias.at(0, h)) { $0 + taps.at($1, h) * input(b, $1, h) }
    }
    let shifted = old.indices.map { input($0 / (kept * channels), $0 / channels % kept + 1, $0 % channels) }
    #expect(distance(y.array, twin) < 1e-6 && distance(before.array, shifted) == 0)
  }

  /// Heads narrower and wider than what the loops hold in registers.
  @Test(arguments: [5, 32, 71])
  func attention(_ headWidth: Int) {
    let (heads, count) = (3, 13)
    let width = heads * headWidth
    let (q, keys, values) = (pool.normal(1, width), pool.normal(count, width), pool.normal(count, width))
    let (y, scores) = (pool.matrix(1, width), pool.matrix(1, count))
    Kernels.attend(q, keys: keys, values: values, heads: heads, scores: scores, into: y)
    let twin = (0..<width).map { column -> Double in
      let head = column / headWidth * headWidth..<(column / headWidth + 1) * headWidth
      let weights = (0..<count).map { j in
        exp(head.reduce(0) { $0 + q.at(0, $1) * keys.at(j, $1) } / Double(headWidth).squareRoot())
      }
      let sum = (0..<count).reduce(0) { $0 + weights[$1] * values.at($1, column) }
      return sum / weights.reduce(0, +)
    }
    #expect(distance(y.array, twin) < 2e-6)
  }

  @Test func sinusoidsOneByOne() {
    let (running, row, table) = (RunningSinusoids(19), pool.matrix(1, 19), pool.matrix(1, 19))
    for position in Array(0..<300) + [1_000_000, 7] + Array(8..<20) {
      running.write(position, into: row)
      Kernels.sinusoids(from: position, into: table)
      #expect(distance(row.array, table.doubles) < 1e-6, "position \(position)")
    }
  }
}
