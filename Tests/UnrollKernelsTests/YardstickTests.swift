import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// The loops of means, windows and attention against double-precision twins.
@Suite struct YardstickTests {
  private let pool = Pool()
  private let steps = PackedSteps(lengths: [7, 4, 4, 1])

  /// The value of channel j that sequence b had at step s, negative steps before the first.
  private func at(_ x: Matrix, _ before: Matrix, _ b: Int, _ s: Int, _ j: Int) -> Double {
    if s >= 0 { return Double(x[Int(steps.offset[s]) + b, j]) }
    let reach = before.columns / x.columns
    return Double(before[b, (reach + s) * x.columns + j])
  }

  @Test func runningMean() {
    let (x, dy, sum) = (pool.normal(steps.rows, 5), pool.normal(steps.rows, 5), pool.normal(4, 5))
    let (count, first) = (pool.matrix(4, 1), sum.doubles)
    count.assign([3, 0, 20, 1])
    let (y, dx, carry) = (pool.matrix(steps.rows, 5), pool.matrix(steps.rows, 5), pool.matrix(4, 5))
    Kernels.runningMean(steps, x, count: count, sum: sum, into: y)
    Kernels.runningMeanBack(steps, dy, count: count, carry: carry, into: dx)
    var (means, back, start) = (
      [Double](repeating: 0, count: y.count), [Double](repeating: 0, count: y.count), [Double]()
    )
    for b in 0..<4 {
      for j in 0..<5 {
        let rows = (0..<Int(steps.lengths[b])).map { Int(steps.offset[$0]) + b }
        for (t, row) in rows.enumerated() {
          let total = first[b * 5 + j] + rows[...t].reduce(0) { $0 + Double(x[$1, j]) }
          means[row * 5 + j] = total / (Double(count[b, 0]) + Double(t + 1))
          back[row * 5 + j] = (t..<rows.count).reduce(0) {
            $0 + Double(dy[rows[$1], j]) / (Double(count[b, 0]) + Double($1 + 1))
          }
        }
        start.append(back[rows[0] * 5 + j])
      }
    }
    #expect(distance(y.array, means) < 1e-6 && distance(dx.array, back) < 1e-6 && distance(carry.array, start) < 1e-6)
  }

  @Test func tapsAndLastSteps() {
    let taps = Kernels.Taps(count: 3, dilation: 2)
    let (x, before) = (pool.normal(steps.rows, 5), pool.normal(4, 4 * 5))
    let (read, last) = (pool.matrix(steps.rows, 15), pool.matrix(4, 4 * 5))
    Kernels.gather(steps, x, taps, before: before, into: read)
    Kernels.lastSteps(steps, x, before: before, into: last)
    let dRead = pool.normal(steps.rows, 15)
    let (dx, dBefore) = (pool.matrix(steps.rows, 5), pool.matrix(4, 20))
    Kernels.gatherBack(steps, dRead, taps, addBefore: dBefore, addInput: dx)
    for b in 0..<4 {
      let length = Int(steps.lengths[b])
      for j in 0..<5 {
        for t in 0..<length {
          for i in 0..<3 {
            #expect(Double(read[Int(steps.offset[t]) + b, i * 5 + j]) == at(x, before, b, t - (2 - i) * 2, j))
          }
        }
        for p in 0..<4 { #expect(Double(last[b, p * 5 + j]) == at(x, before, b, length - 4 + p, j)) }
      }
    }
    // The transpose of what copies: ⟨gather(x, before), d⟩ = ⟨x, dx⟩ + ⟨before, dBefore⟩.
    let (left, right) = (Kernels.dot(read, dRead), Kernels.dot(x, dx) + Kernels.dot(before, dBefore))
    #expect(abs(left - right) < 1e-5)
    let (dLast, dRows, dFirst) = (pool.normal(4, 20), pool.matrix(steps.rows, 5), pool.matrix(4, 20))
    Kernels.lastStepsBack(steps, dLast, addInput: dRows, addBefore: dFirst)
    #expect(abs(Kernels.dot(last, dLast) - Kernels.dot(x, dRows) - Kernels.dot(before, dFirst)) < 1e-5)
  }

  @Test func tapWeights() {
    let taps = Kernels.Taps(count: 3, dilation: 1)
    let (v, g, dw) = (pool.normal(5, 4 * 3), pool.normal(5, 1), pool.normal(5, 12))
    let (w, inverse, dv, dg) = (pool.matrix(5, 12), pool.matrix(1, 5), pool.matrix(5, 12), pool.matrix(5, 1))
    Kernels.tapWeights(v, g: g, taps, inverse: inverse, into: w)
    Kernels.tapWeightsBack(v, g: g, taps, inverse: inverse, dw, addV: dv, addG: dg)
    func twin(_ v: [Double], _ g: [Double]) -> [Double] {
      (0..<60).map { place in
        let (o, i, e) = (place / 12, place % 12 / 4, place % 4)
        let norm = v[o * 12..<o * 12 + 12].reduce(0) { $0 + $1 * $1 }.squareRoot()
        return g[o] * v[o * 12 + e * 3 + i] / norm
      }
    }
    func loss(_ v: [Double], _ g: [Double]) -> Double { zip(twin(v, g), dw.doubles).reduce(0) { $0 + $1.0 * $1.1 } }
    let byV = v.doubles.indices.map { place in
      derivative { step in
        var moved = v.doubles
        moved[place] += step
        return loss(moved, g.doubles)
      }
    }
    let byG = g.doubles.indices.map { place in
      derivative { step in
        var moved = g.doubles
        moved[place] += step
        return loss(v.doubles, moved)
      }
    }
    #expect(distance(w.array, twin(v.doubles, g.doubles)) < 1e-6)
    #expect(distance(dv.array, byV) < 5e-6 && distance(dg.array, byG) < 5e-6)
  }

  @Test(arguments: [1.0, 1e4])
  func softmax(_ size: Double) {
    let (scores, dp) = (pool.normal(5, 9, deviation: size), pool.normal(5, 9))
    let twin = (0..<5).flatMap { i -> [Double] in
      let seen = max(0, 3 + i - 3)...(3 + i)
      let top = seen.map { Double(scores[i, $0]) }.max()!
      let weights = (0..<9).map { seen.contains($0) ? exp(0.5 * (Double(scores[i, $0]) - top)) : 0 }
      return weights.map { $0 / weights.reduce(0, +) }
    }
    Kernels.attentionSoftmax(scores, first: 3, window: 4, scale: 0.5)
    #expect(distance(scores.array, twin) < 2e-6)
    let back = (0..<45).map { place -> Double in
      let row = place / 9 * 9..<place / 9 * 9 + 9
      let along = row.reduce(0) { $0 + twin[$1] * dp.doubles[$1] }
      return 0.5 * twin[place] * (dp.doubles[place] - along)
    }
    Kernels.attentionSoftmaxBack(scores, scale: 0.5, gradient: dp)
    #expect(distance(dp.array, back) < 5e-6)
  }

  @Test(arguments: [0, 1_000_000])
  func sinusoids(_ start: Int) {
    let table = pool.matrix(300, 19)
    Kernels.sinusoids(from: start, into: table)
    let twin = (0..<300 * 19).map { place -> Double in
      let angle = Double(start + place / 19) * pow(10000, -Double(place % 19 / 2 * 2) / 19)
      return place % 19 % 2 == 0 ? sin(angle) : cos(angle)
    }
    #expect(distance(table.array, twin) < 1e-6)
  }

  @Test func rotation() {
    let (x, table) = (pool.normal(6, 2 * 5), pool.matrix(6, 5))
    Kernels.sinusoids(from: 7, into: table)
    let before = x.doubles
    Kernels.rotate(x, heads: 2, by: table)
    for r in 0..<6 {
      for h in 0..<2 {
        let at = r * 10 + h * 5
        for i in [0, 2] {
          let angle = Double(7 + r) * pow(10000, -Double(i) / 5)
          #expect(abs(Double(x[r, h * 5 + i]) - (before[at + i] * cos(angle) - before[at + i + 1] * sin(angle))) < 1e-6)
          #expect(
            abs(Double(x[r, h * 5 + i + 1]) - (before[at + i] * sin(angle) + before[at + i + 1] * cos(angle))) < 1e-6)
        }
        #expect(Double(x[r, h * 5 + 4]) == before[at + 4])
      }
    }
    Kernels.rotate(x, heads: 2, by: table, back: true)
    #expect(distance(x.array, before) < 1e-6)
  }

  @Test func reluAndItsKink() {
    let (x, dy, y, dx) = (pool.matrix(1, 4), pool.matrix(1, 4), pool.matrix(1, 4), pool.matrix(1, 4))
    x.assign([-2, 0, 3, 1e-20])
    dy.assign([5, 6, 7, 8])
    Kernels.relu(x, into: y)
    Kernels.reluBack(x, dy, into: dx)
    #expect(y.array == [0, 0, 3, 1e-20] && dx.array == [0, 0, 7, 8])
  }
}
