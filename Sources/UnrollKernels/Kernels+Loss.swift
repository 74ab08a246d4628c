import CUnroll

/// What a loss saw: kept as sums, so that batches and shards add up exactly.
public struct LossSums: Sendable, Equatable {
  /// Sum of −log p(target), nats.
  public var loss = 0.0
  /// Targets that counted.
  public var count = 0

  public init(loss: Double = 0, count: Int = 0) { (self.loss, self.count) = (loss, count) }

  public static func += (left: inout LossSums, right: LossSums) {
    left.loss += right.loss
    left.count += right.count
  }

  /// Nats a target; 0 where none counted.
  public var mean: Double { count == 0 ? 0 : loss / Double(count) }
}

extension Kernels {
  /// Target value that is not counted and gets no gradient.
  public static let ignoredTarget = Int32(UN_IGNORED)

  /// Softmax cross-entropy (logits [R,K]); the logits become the gradient of `weight` × (sum of losses).
  public static func softmaxLoss(_ logits: Matrix, targets: [Int32], weight: Float) -> LossSums {
    precondition(targets.count == logits.rows && logits.isContiguous)
    precondition(targets.allSatisfy { $0 == ignoredTarget || (0..<Int32(logits.columns)).contains($0) })
    var (loss, count) = (0.0, Int64(0))
    un_softmax_loss(logits.rows, logits.columns, logits.base, targets, weight, &loss, &count)
    return LossSums(loss: loss, count: Int(count))
  }

  /// Loss of logits [R,K] and the index of the largest logit of every row, −1 where a logit is not finite; the logits stay.
  public static func evaluateLogits(_ logits: Matrix, targets: [Int32]) -> (sums: LossSums, predicted: [Int32]) {
    precondition(targets.count == logits.rows && logits.isContiguous)
    var (loss, count) = (0.0, Int64(0))
    var predicted = [Int32](repeating: 0, count: logits.rows)
    un_log_likelihood(logits.rows, logits.columns, logits.base, targets, &loss, &count, &predicted)
    return (LossSums(loss: loss, count: Int(count)), predicted)
  }
}
