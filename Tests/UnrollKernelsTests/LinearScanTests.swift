import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// Elementwise recurrences, the gates that feed them, and the causal depthwise convolution.
@Suite struct LinearScanTests {
  private let pool = Pool()
  private let steps = PackedSteps(lengths: [7, 4, 2, 1])
  private let width = 19

  /// Gradients of Σ dy ⊙ f for all inputs, by differences.
  private func expectSlopes(
    _ ours: [Matrix], _ inputs: [[Double]], _ dy: [[Double]], _ f: ([[Double]]) -> [[Double]]
  ) {
    for (which, gradient) in ours.enumerated() {
      let slopes = inputs[which].indices.map { index in
        derivative(1e-4) { step in
          var moved = inputs
          moved[which][index] += step
          return zip(f(moved), dy).reduce(0) { $0 + zip($1.0, $1.1).reduce(0) { $0 + $1.0 * $1.1 } }
        }
      }
      #expect(distance(gradient.array, slopes) < 3e-6, "input \(which)")
    }
  }

  @Test func linearScan() {
    func twin(_ inputs: [[Double]]) -> [[Double]] {
      var (h, rows) = (inputs[2], [Double]())
      for t in 0..<steps.steps {
        for index in 0..<Int(steps.live[t]) * width {
          let at = Int(steps.offset[t]) * width + index
          h[index] = inputs[0][at] * h[index] + inputs[1][at]
          rows.append(h[index])
        }
      }
      return [rows, h]
    }
    let (a, b, x0) = (pool.normal(steps.rows, width), pool.normal(steps.rows, width), pool.normal(4, width))
    let h = pool.matrix(4 + steps.rows, width, x0.array + [Float](repeating: 0, count: steps.rows * width))
    Kernels.linearScan(steps, a: a, b: b, h: h)
    let inputs = [a.doubles, b.doubles, x0.doubles]
    #expect(distance(h.rows(4..<h.rows).array, twin(inputs)[0]) < 1e-6)
    let (dy, carry) = (pool.normal(steps.rows, width), pool.normal(4, width))
    let dFinal = carry.doubles
    let (da, db) = (pool.matrix(steps.rows, width), pool.matrix(steps.rows, width))
    Kernels.linearScanBack(steps, a: a, h: h, dy: dy, carry: carry, da: da, db: db)
    expectSlopes([da, db, carry], inputs, [dy.doubles, dFinal], twin)
  }

  private func candidate(_ x: Double, _ positive: Bool) -> Double {
    !positive ? x : x >= 0 ? x + 0.5 : Twin.sigmoid(x)
  }

  @Test(arguments: [true, false])
  func minimalGRU(_ positive: Bool) {
    func twin(_ inputs: [[Double]]) -> [[Double]] {
      let gates = (0..<3 * width).map { ($0 / width * 2 * width + $0 % width) }
      return [
        gates.map { 1 - Twin.sigmoid(inputs[0][$0]) },
        gates.map { Twin.sigmoid(inputs[0][$0]) * candidate(inputs[0][$0 + width], positive) },
      ]
    }
    let (gates, da, db) = (pool.normal(3, 2 * width, deviation: 3), pool.normal(3, width), pool.normal(3, width))
    let (a, b, dGates) = (pool.matrix(3, width), pool.matrix(3, width), pool.matrix(3, 2 * width))
    Kernels.minGRU(gates, positive: positive, a: a, b: b)
    Kernels.minGRUBack(gates, positive: positive, da: da, db: db, into: dGates)
    let expected = twin([gates.doubles])
    #expect(distance(a.array, expected[0]) < 1e-6 && distance(b.array, expected[1]) < 1e-6)
    expectSlopes([dGates], [gates.doubles], [da.doubles, db.doubles], twin)
  }

  @Test(arguments: [true, false])
  func minimalLSTM(_ positive: Bool) {
    func twin(_ inputs: [[Double]]) -> [[Double]] {
      let gates = (0..<3 * width).map { ($0 / width * 3 * width + $0 % width) }
      func share(_ i: Int, _ j: Int) -> Double {
        Twin.sigmoid(inputs[0][i]) / (Twin.sigmoid(inputs[0][i]) + Twin.sigmoid(inputs[0][j]))
      }
      return [
        gates.map { share($0, $0 + width) },
        gates.map { share($0 + width, $0) * candidate(inputs[0][$0 + 2 * width], positive) },
      ]
    }
    let (gates, da, db) = (pool.normal(3, 3 * width, deviation: 3), pool.normal(3, width), pool.normal(3, width))
    let (a, b, dGates) = (pool.matrix(3, width), pool.matrix(3, width), pool.matrix(3, 3 * width))
    Kernels.minLSTM(gates, positive: positive, a: a, b: b)
    Kernels.minLSTMBack(gates, positive: positive, da: da, db: db, into: dGates)
    let expected = twin([gates.doubles])
    #expect(distance(a.array, expected[0]) < 1e-6 && distance(b.array, expected[1]) < 1e-6)
    expectSlopes([dGates], [gates.doubles], [da.doubles, db.doubles], twin)
  }

  /// Both gates shut would divide zero by zero; a nearly shut gate keeps its digits.
  @Test func saturatedGates() {
    let extremes: [Float] = [-200, -90, -20, 0, 20, 90, 200]
    let all = extremes.flatMap { f in extremes.map { i in [f, i, f] } }.flatMap { $0 }
    let (lstm, n) = (pool.matrix(49, 3, all), 49)
    let (a, b, ones) = (pool.matrix(n, 1), pool.matrix(n, 1), pool.matrix(n, 1, [Float](repeating: 1, count: n)))
    let dGates = pool.matrix(n, 3)
    Kernels.minLSTM(lstm, positive: true, a: a, b: b)
    Kernels.minLSTMBack(lstm, positive: true, da: ones, db: ones, into: dGates)
    #expect([a, b, dGates].allSatisfy(Kernels.isFinite))
    #expect(abs(a[0, 0] - 0.5) < 1e-6 && abs(a[48, 0] - 0.5) < 1e-6)
    let gru = pool.matrix(1, 2, [-15, 1])
    Kernels.minGRU(gru, positive: false, a: a.rows(0..<1), b: b.rows(0..<1))
    #expect(abs(Double(b[0, 0]) / Twin.sigmoid(-15) - 1) < 1e-6)
  }

  @Test(arguments: [2, 4, 9])
  func depthwise(_ taps: Int) {
    // x, weight, bias, before
    func twin(_ inputs: [[Double]]) -> [Double] {
      (0..<steps.steps).flatMap { t in
        (0..<Int(steps.live[t])).flatMap { b in
          (0..<width).map { h in
            inputs[2][h]
              + (0..<taps).reduce(0.0) { sum, j in
                let s = t - taps + 1 + j
                let x =
                  s < 0
                  ? inputs[3][(b * (taps - 1) + s + taps - 1) * width + h]
                  : inputs[0][(Int(steps.offset[s]) + b) * width + h]
                return sum + inputs[1][h * taps + j] * x
              }
          }
        }
      }
    }
    let (wide, weight, bias) = (pool.normal(steps.rows, width + 3), pool.normal(width, taps), pool.normal(1, width))
    let (x, before, dy) = (
      wide.columns(2..<width + 2), pool.normal(4, (taps - 1) * width), pool.normal(steps.rows, width)
    )
    let y = pool.matrix(steps.rows, width)
    Kernels.depthwise(x, before: before, weight: weight, bias: bias, steps, arena: pool.arena, into: y)
    let inputs = [x, weight, bias, before].map(\.doubles)
    #expect(distance(y.array, twin(inputs)) < 1e-6)
    let (dx, dWeight, dBias) = (
      pool.matrix(steps.rows, width + 1).columns(1..<width + 1), pool.matrix(width, taps), pool.matrix(1, width)
    )
    let dBefore = pool.matrix(4, before.columns)
    Kernels.depthwiseBack(
      x, before: before, weight: weight, steps, arena: pool.arena, dy: dy, addX: dx, addBefore: dBefore,
      addWeight: dWeight, addBias: dBias)
    expectSlopes([dx, dWeight, dBias, dBefore], inputs, [dy.doubles]) { [twin($0)] }
    let after = pool.matrix(4, before.columns)
    Kernels.lastSteps(steps, x, before: before, into: after)
    for b in 0..<4 {
      for (j, s) in (Int(steps.lengths[b]) - taps + 1..<Int(steps.lengths[b])).enumerated() {
        let expected = s < 0 ? before[b, (s + taps - 1) * width + 3] : x[Int(steps.offset[s]) + b, 3]
        #expect(after[b, j * width + 3] == expected)
      }
    }
  }
}
