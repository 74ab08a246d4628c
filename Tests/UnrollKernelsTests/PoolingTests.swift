import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// The linear-time recurrence against the quadratic formula α = softmax(scores), y = Σ α h.
@Suite struct PoolingTests {
  private let pool = Pool()
  private let steps = PackedSteps(lengths: [6, 4, 4, 1])
  private let width = 5

  /// y [R, H] for every row over its own sequence's past.
  private func twin(_ scores: [Double], _ hidden: [Double]) -> [Double] {
    var y = [Double](repeating: 0, count: hidden.count)
    for b in 0..<steps.sequences {
      let rows = (0..<Int(steps.lengths[b])).map { Int(steps.offset[$0]) + b }
      for t in rows.indices {
        let top = rows[...t].map { scores[$0] }.max()!
        let weights = rows[...t].map { exp(scores[$0] - top) }
        for j in 0..<width {
          let sum = zip(weights, rows[...t]).reduce(0) { $0 + $1.0 * hidden[$1.1 * width + j] }
          y[rows[t] * width + j] = sum / weights.reduce(0, +)
        }
      }
    }
    return y
  }

  private func pooled(_ scores: Matrix, _ hidden: Matrix) -> (logSums: Matrix, pooled: Matrix) {
    let (logSums, y) = (pool.matrix(steps.rows + 4, 1), pool.matrix(steps.rows + 4, width))
    logSums.rows(0..<4).fill(-.infinity)
    Kernels.poolCausal(steps, scores: scores, hidden: hidden, logSums: logSums, pooled: y)
    return (logSums, y)
  }

  @Test(arguments: [1.0, 10, 200])
  func forward(_ size: Double) {
    let (scores, hidden) = (pool.normal(steps.rows, 1, deviation: size), pool.normal(steps.rows, width))
    let y = pooled(scores, hidden).pooled.rows(4..<4 + steps.rows)
    #expect(distance(y.array, twin(scores.doubles, hidden.doubles)) < 2e-6 * max(1, size / 10))
  }

  @Test func backward() {
    let (scores, hidden, dy) = (
      pool.normal(steps.rows, 1), pool.normal(steps.rows, width), pool.normal(steps.rows, width)
    )
    let (logSums, y) = pooled(scores, hidden)
    let (carryL, carryY) = (pool.matrix(4, 1), pool.matrix(4, width))
    let (dScores, dHidden) = (pool.matrix(steps.rows, 1), pool.matrix(steps.rows, width))
    Kernels.poolCausalBack(
      steps, scores: scores, hidden: hidden, logSums: logSums, pooled: y, dy: dy, carryLogSum: carryL,
      carryPooled: carryY,
      dScores: dScores, dHidden: dHidden)
    func loss(_ scores: [Double], _ hidden: [Double]) -> Double {
      zip(twin(scores, hidden), dy.doubles).reduce(0) { $0 + $1.0 * $1.1 }
    }
    func moved(_ values: [Double], _ place: Int, _ step: Double) -> [Double] {
      var values = values
      values[place] += step
      return values
    }
    let byScore = (0..<steps.rows).map { row in derivative { loss(moved(scores.doubles, row, $0), hidden.doubles) } }
    let byHidden = (0..<hidden.count).map { place in
      derivative { loss(scores.doubles, moved(hidden.doubles, place, $0)) }
    }
    #expect(distance(dScores.array, byScore) < 5e-6 && distance(dHidden.array, byHidden) < 5e-6)
    // An empty state has no influence.
    #expect(carryL.array.allSatisfy { $0 == 0 } && carryY.array.allSatisfy { $0 == 0 })
  }
}
