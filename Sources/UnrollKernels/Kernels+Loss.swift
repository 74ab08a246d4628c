import CUnroll

/// What a loss saw: kept as sums, so that batches and shards add up exactly.
public struct LossSums: Sendable, Equatable {
  /// Sum of −log p(target), nats.
  public var loss = 0.0
  /// Targets that counted.
  public var count = 0
  /// Targets that had the largest logit.
  public var correct = 0

  public init() {}

  public static func += (left: inout LossSums, right: LossSums) {
    left.loss += right.loss
    left.count += right.count
    left.correct += right.correct
  }

  public var mean: Double { count == 0 ? 0 : loss / Double(count) }
}

extension Kernels {
  /// Target value that is not counted and gets no gradient.
  public static let ignoredTarget: Int32 = -100

  /// Softmax cross-entropy (logits [R,K]); the logits become the gradient of `weight` × (sum of losses).
  public static func softmaxLoss(_ logits: Matrix, targets: [Int32], weight: Float) -> LossSums {
    precondition(targets.count == logits.rows && logits.isContiguous)
    precondition(targets.allSatisfy { $0 == ignoredTarget || (0..<Int32(logits.columns)).contains($0) })
    var sums = (0.0, Int64(0), Int64(0))
    un_softmax_loss(logits.rows, logits.columns, logits.base, targets, weight, &sums.0, &sums.1, &sums.2, nil)
    return LossSums(sums)
  }

  /// Loss and the index of the largest logit of every row, −1 where a logit is not finite; the logits stay.
  public static func evaluateLogits(_ logits: Matrix, targets: [Int32]) -> (sums: LossSums, predicted: [Int32]) {
    precondition(targets.count == logits.rows && logits.isContiguous)
    var sums = (0.0, Int64(0), Int64(0))
    var predicted = [Int32](repeating: 0, count: logits.rows)
    un_log_likelihood(logits.rows, logits.columns, logits.base, targets, &sums.0, &sums.1, &predicted)
    sums.2 = Int64(zip(predicted, targets).count { $0 == $1 })
    return (LossSums(sums), predicted)
  }
}

extension LossSums {
  fileprivate init(_ sums: (Double, Int64, Int64)) {
    (loss, count, correct) = (sums.0, Int(sums.1), Int(sums.2))
  }
}
