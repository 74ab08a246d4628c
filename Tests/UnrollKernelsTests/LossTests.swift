import CLibrary
import TestSupport
import Testing
import UnrollKernels

@Suite struct LossTests {
  private let pool = Pool()

  /// −log softmax(row)[target] and the softmax.
  private func twin(_ row: [Double], _ target: Int) -> (loss: Double, softmax: [Double]) {
    let top = row.max()!
    let sum = row.reduce(0) { $0 + exp($1 - top) }
    return (log(sum) + top - row[target], row.map { exp($0 - top) / sum })
  }

  @Test(arguments: [1.0, 30, 1e4])
  func lossAndGradient(_ size: Double) {
    let (rows, classes, weight) = (9, 21, 0.25 as Float)
    let logits = pool.normal(rows, classes, deviation: size)
    let targets = (0..<rows).map { $0 % 4 == 3 ? Kernels.ignoredTarget : Int32($0 * 5 % classes) }
    let before = logits.doubles
    var (loss, gradient) = (0.0, [Double]())
    for r in 0..<rows {
      let row = Array(before[r * classes..<(r + 1) * classes])
      let counts = targets[r] != Kernels.ignoredTarget
      let (own, softmax) = twin(row, counts ? Int(targets[r]) : 0)
      if counts { loss += own }
      gradient += softmax.enumerated().map { counts ? Double(weight) * ($1 - ($0 == Int(targets[r]) ? 1 : 0)) : 0 }
    }
    let confidences = pool.matrix(1, rows)
    let (evaluated, predicted) = Kernels.evaluateLogits(logits, targets: targets, confidences: confidences)
    #expect(logits.doubles == before)
    for (r, confidence) in confidences.doubles.enumerated() {
      let softmax = twin(Array(before[r * classes..<(r + 1) * classes]), 0).softmax
      #expect(abs(confidence - (targets[r] == Kernels.ignoredTarget ? 0 : softmax.max()!)) < 1e-6)
    }
    let sums = Kernels.softmaxLoss(logits, targets: targets, weight: weight)
    #expect(abs(sums.loss - loss) <= 1e-6 * loss && abs(evaluated.loss - loss) <= 1e-6 * loss)
    #expect(sums.count == 7 && evaluated.count == 7)
    #expect(distance(logits.array, gradient) < 1e-6)
    for r in 0..<rows {
      let row = Array(before[r * classes..<(r + 1) * classes])
      #expect(Int(predicted[r]) == row.firstIndex(of: row.max()!))
    }
  }

  @Test func nothingCounts() {
    let logits = pool.normal(2, 3)
    let sums = Kernels.softmaxLoss(logits, targets: [-100, -100], weight: 1)
    #expect(sums == LossSums() && sums.mean == 0 && logits.array.allSatisfy { $0 == 0 })
  }

  /// −1 for a row with anything that is no number, whether its target counts or not.
  @Test(arguments: [Float.nan, .infinity, -.infinity], [5, 40, 600])
  func rowsThatAreNoNumbersHaveNoClass(_ bad: Float, classes: Int) {
    let logits = pool.normal(5, classes)
    for (row, column) in [(0, 0), (1, classes - 1), (3, classes / 2)] { logits[row, column] = bad }
    for column in 0..<classes { logits[3, column] = bad }
    let (sums, predicted) = Kernels.evaluateLogits(logits, targets: [1, 1, 1, Kernels.ignoredTarget, 0])
    #expect(predicted.map { $0 < 0 } == [true, true, false, true, false])
    #expect(sums.count == 4 && (bad < 0 || !sums.loss.isFinite))
    let trained = Kernels.softmaxLoss(logits, targets: [Kernels.ignoredTarget, 1, 1, 0, 0], weight: 1)
    #expect(!trained.loss.isFinite)
  }

  @Test func sumsAddUp() {
    let (logits, targets) = (pool.normal(6, 4), [0, 1, 2, 3, -100, 1] as [Int32])
    let whole = Kernels.evaluateLogits(logits, targets: targets).sums
    var parts = Kernels.evaluateLogits(logits.rows(0..<2), targets: Array(targets[..<2])).sums
    parts += Kernels.evaluateLogits(logits.rows(2..<6), targets: Array(targets[2...])).sums
    #expect(parts.count == whole.count && abs(parts.loss - whole.loss) < 1e-12)
  }
}
