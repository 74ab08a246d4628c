import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// Losses beside the plain cross-entropy, and the losses of single rows. (`scripts/reference/losses.py` has PyTorch's.)
@Suite struct LossTargetTests {
  private let pool = Pool(seed: 4)

  /// A loss that turns `outputs` into its gradient, beside a twin in double precision and that one's differences.
  private func agrees(_ outputs: Matrix, weight: Float, twin: ([[Double]]) -> Double, _ loss: () -> LossSums) {
    let (before, columns) = (outputs.doubles, outputs.columns)
    func value(_ values: [Double]) -> Double {
      twin(stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) })
    }
    let slopes = before.indices.map { place in
      derivative { step in
        var moved = before
        moved[place] += step
        return Double(weight) * value(moved)
      }
    }
    let expected = value(before)
    #expect(abs(loss().loss - expected) < 1e-5 * max(1, abs(expected)))
    #expect(distance(outputs.array, slopes) < 1e-5)
  }

  @Test(arguments: [0, 0.125, 1] as [Float], [true, false])
  func smoothedCrossEntropy(_ smoothing: Float, weighted: Bool) {
    let (classes, epsilon) = (19, Double(smoothing))
    let targets: [Int32] = [3, 18, Kernels.ignoredTarget, 0, 3]
    let weights = (0..<classes).map { weighted ? Float($0 % 4) * 0.75 : 1 }
    func twin(_ rows: [[Double]]) -> Double {
      zip(rows, targets).reduce(0) { sum, item in
        guard item.1 != Kernels.ignoredTarget else { return sum }
        let all = log(item.0.reduce(0) { $0 + exp($1) })
        let losses = zip(item.0, weights).map { Double($1) * (all - $0) }
        return sum + (1 - epsilon) * losses[Int(item.1)] + epsilon / Double(classes) * losses.reduce(0, +)
      }
    }
    let logits = pool.normal(targets.count, classes, deviation: 2)
    agrees(logits, weight: 0.5, twin: twin) {
      let sums = Kernels.softmaxLoss(
        logits, targets: targets, weight: 0.5, smoothing: smoothing, classWeights: weighted ? weights : nil)
      #expect(sums.count == 4)
      return sums
    }
  }

  @Test func rowsOfCrossEntropy() {
    let (logits, losses) = (pool.normal(4, 33), pool.matrix(4, 1, [7, 7, 7, 7]))
    let targets: [Int32] = [5, Kernels.ignoredTarget, 0, 32]
    let (sums, _) = Kernels.evaluateLogits(logits, targets: targets, losses: losses)
    #expect(sums.count == 3 && losses[1, 0] == 0 && losses.doubles.reduce(0, +) == sums.loss)
    for row in [0, 2, 3] {
      let one = Kernels.evaluateLogits(logits.rows(row..<row + 1), targets: [targets[row]]).sums
      #expect(losses.at(row, 0) == one.loss && one.loss > 0)
    }
  }

  @Test func manyYesOrNo() {
    let (rows, outputs) = (4, 21)
    let targets = pool.matrix(rows, outputs, (0..<rows * outputs).map { $0 % 3 == 0 ? 1 : $0 % 7 == 1 ? 0.25 : 0 })
    targets[2, 20] = .nan
    func twin(_ all: [[Double]]) -> Double {
      all.indices.filter { $0 != 2 }.reduce(0) { sum, row in
        sum + all[row].indices.reduce(0) { $0 + log(1 + exp(all[row][$1])) - targets.at(row, $1) * all[row][$1] }
      }
    }
    let (logits, losses) = (pool.normal(rows, outputs, deviation: 3), pool.matrix(rows, 1, [7, 7, 7, 7]))
    let evaluated = Kernels.evaluateBernoulli(logits, targets: targets, losses: losses)
    #expect(evaluated.count == 3 && losses[2, 0] == 0 && losses.doubles.reduce(0, +) == evaluated.loss)
    agrees(logits, weight: 0.25, twin: twin) {
      let sums = Kernels.bernoulliLoss(logits, targets: targets, weight: 0.25)
      #expect(sums == evaluated)
      return sums
    }
  }

  /// By hand: log 2 at 0; nothing where a large logit is right, its size where it is wrong.
  @Test func largeLogits() {
    let targets = pool.matrix(2, 3, [1, 0, 1, 1, 0, 0])
    let logits = pool.matrix(2, 3, [0, -1e6, 1e6, -1e4, 1e3, 0])
    let losses = pool.matrix(2, 1)
    let sums = Kernels.evaluateBernoulli(logits, targets: targets, losses: losses)
    #expect(abs(losses.at(0, 0) - log(2)) < 1e-6 && abs(losses.at(1, 0) - 11_000 - log(2)) < 1e-2 && sums.count == 2)
    _ = Kernels.bernoulliLoss(logits, targets: targets, weight: 1)
    #expect(distance(logits.array, [-0.5, 0, 0, -1, 1, 0.5]) < 1e-6)
    logits[0, 1] = .nan
    #expect(Kernels.evaluateBernoulli(logits, targets: targets).loss.isNaN)
  }

  @Test func squaredErrors() {
    let targets = pool.normal(3, 17)
    for place in [(0, 0), (1, 5), (1, 16)] { targets[place.0, place.1] = .nan }
    targets.rows(2..<3).fill(.nan)
    func twin(_ all: [[Double]]) -> Double {
      all.indices.reduce(0) { sum, row in
        all[row].indices.filter { !targets.at(row, $0).isNaN }.reduce(sum) {
          $0 + (all[row][$1] - targets.at(row, $1)) * (all[row][$1] - targets.at(row, $1))
        }
      }
    }
    let (outputs, losses) = (pool.normal(3, 17), pool.matrix(3, 1, [7, 7, 7]))
    let evaluated = Kernels.evaluateSquared(outputs, targets: targets, losses: losses)
    #expect(evaluated.count == 31 && losses[2, 0] == 0 && losses.doubles.reduce(0, +) == evaluated.loss)
    agrees(outputs, weight: 0.25, twin: twin) {
      let sums = Kernels.squaredLoss(outputs, targets: targets, weight: 0.25)
      #expect(sums == evaluated)
      return sums
    }
  }

  @Test func squaredErrorByHand() {
    let targets = pool.matrix(2, 2, [0, .nan, 1, 2])
    let outputs = pool.matrix(2, 2, [3, 100, 1, -2])
    #expect(Kernels.evaluateSquared(outputs, targets: targets) == LossSums(loss: 9 + 16, count: 3))
    _ = Kernels.squaredLoss(outputs, targets: targets, weight: 0.5)
    #expect(outputs.array == [3, 0, 0, -4])
  }
}

#if compiler(>=6.2)
  extension KernelShapeTests {
    @Test func targetsOfLosses() async {
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        _ = Kernels.bernoulliLoss(pool.matrix(3, 4), targets: pool.matrix(2, 4), weight: 1)
      }
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        _ = Kernels.evaluateSquared(pool.matrix(3, 4), targets: pool.matrix(3, 4), losses: pool.matrix(2, 1))
      }
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        _ = Kernels.softmaxLoss(pool.matrix(1, 4), targets: [0], weight: 1, classWeights: [1, 1, 1])
      }
      await #expect(processExitsWith: .failure) {
        let pool = Pool()
        _ = Kernels.evaluateLogits(pool.matrix(2, 4), targets: [0, 4])
      }
    }
  }
#endif
