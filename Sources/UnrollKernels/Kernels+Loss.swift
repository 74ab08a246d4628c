import CUnroll

/// What a loss saw: kept as sums, so that batches and shards add up exactly.
public struct LossSums: Codable, Sendable, Equatable {
  /// Sum of the losses: nats, or squares of the targets' unit.
  public var loss = 0.0
  /// Targets that counted: rows, or the numbers of squared errors.
  public var count = 0

  /// Sums of some targets; none at first.
  public init(loss: Double = 0, count: Int = 0) { (self.loss, self.count) = (loss, count) }

  /// Puts two sets of targets together.
  public static func += (left: inout LossSums, right: LossSums) {
    left.loss += right.loss
    left.count += right.count
  }

  /// Loss of a target; 0 where none counted.
  public var mean: Double { count == 0 ? 0 : loss / Double(count) }
}

extension Kernels {
  /// Target value that is not counted and gets no gradient.
  public static let ignoredTarget = Int32(UN_IGNORED)

  /// Softmax cross-entropy (logits [R,K]); the logits become the gradient of `weight` × (sum of losses).
  ///
  /// - Parameters:
  ///   - logits: in; out their gradient.
  ///   - targets: R classes; `ignoredTarget` counts for nothing.
  ///   - weight: of every target's loss in the gradient.
  ///   - smoothing: ε, the share of a target that all classes have evenly (Szegedy et al. 2016).
  ///   - classWeights: w [K], none negative; ones when nil. The loss of target y is (1 − ε) w_y ℓ_y + ε/K Σ_k w_k ℓ_k
  ///     with ℓ_k = −log p(k), as in PyTorch's `cross_entropy`. A target counts as one whatever its weight.
  public static func softmaxLoss(
    _ logits: Matrix, targets: [Int32], weight: Float, smoothing: Float = 0, classWeights: [Float]? = nil
  ) -> LossSums {
    precondition(fits(targets, logits) && logits.isContiguous)
    precondition((0...1).contains(smoothing) && classWeights?.count ?? logits.columns == logits.columns)
    if smoothing == 0, classWeights == nil {
      return adding { un_softmax_loss(logits.rows, logits.columns, logits.base, targets, weight, &$0, &$1) }
    }
    let classWeights = classWeights ?? [Float](repeating: 1, count: logits.columns)
    return adding {
      un_smoothed_softmax_loss(
        logits.rows, logits.columns, logits.base, targets, classWeights, smoothing, weight, &$0, &$1)
    }
  }

  /// Loss of logits [R,K], without smoothing or weights, and the index of the largest logit of every row, −1 where a
  /// logit is not finite; the logits stay.
  ///
  /// - Parameters:
  ///   - logits: [R,K], read.
  ///   - targets: R classes; `ignoredTarget` counts for nothing, but is predicted.
  ///   - losses: R numbers, written: the loss of every row, 0 of one that is not counted.
  ///   - confidences: R numbers, written: the probability of the predicted class, 0 of a row that is not counted.
  public static func evaluateLogits(
    _ logits: Matrix, targets: [Int32], losses: Matrix? = nil, confidences: Matrix? = nil
  ) -> (sums: LossSums, predicted: [Int32]) {
    precondition(fits(targets, logits) && logits.isContiguous && fits(losses, logits) && fits(confidences, logits))
    var predicted = [Int32](repeating: 0, count: logits.rows)
    let sums = adding {
      un_log_likelihood(
        logits.rows, logits.columns, logits.base, targets, &$0, &$1, &predicted, losses?.base, confidences?.base)
    }
    return (sums, predicted)
  }

  /// Cross-entropy log(1 + exp z) − t z of many yes/no outputs a row: logits z [R,K], which become the gradient of
  /// `weight` × (sum of losses); targets t [R,K] from 0 to 1. The loss of a row is the sum over its outputs; a row with a
  /// NaN target is not counted and gets no gradient.
  public static func bernoulliLoss(_ logits: Matrix, targets: Matrix, weight: Float) -> LossSums {
    precondition(dense(logits, targets))
    return adding { un_bernoulli_loss(logits.rows, logits.columns, logits.base, targets.base, weight, &$0, &$1) }
  }

  /// The loss of `bernoulliLoss`; the logits stay.
  ///
  /// - Parameters:
  ///   - logits: [R,K], read.
  ///   - targets: [R,K] of 0 and 1; a row with a NaN is not counted.
  ///   - losses: R numbers, written: the loss of every row, 0 of one that is not counted.
  public static func evaluateBernoulli(_ logits: Matrix, targets: Matrix, losses: Matrix? = nil) -> LossSums {
    precondition(dense(logits, targets) && fits(losses, logits))
    return adding {
      un_bernoulli_evaluate(logits.rows, logits.columns, logits.base, targets.base, &$0, &$1, losses?.base)
    }
  }

  /// (y − t)² of outputs y [R,K], which become the gradient of `weight` × (sum of losses), against targets t [R,K]. A
  /// target that is NaN is not counted and gets no gradient; what is counted are numbers, so that the mean is the mean
  /// squared error.
  public static func squaredLoss(_ outputs: Matrix, targets: Matrix, weight: Float) -> LossSums {
    precondition(dense(outputs, targets))
    return adding { un_squared_loss(outputs.rows, outputs.columns, outputs.base, targets.base, weight, &$0, &$1) }
  }

  /// The loss of `squaredLoss`; the outputs stay.
  ///
  /// - Parameters:
  ///   - outputs: [R,K], read.
  ///   - targets: [R,K], NaN where nothing is asked for.
  ///   - losses: R numbers, written: the sum of every row.
  public static func evaluateSquared(_ outputs: Matrix, targets: Matrix, losses: Matrix? = nil) -> LossSums {
    precondition(dense(outputs, targets) && fits(losses, outputs))
    return adding {
      un_squared_evaluate(outputs.rows, outputs.columns, outputs.base, targets.base, &$0, &$1, losses?.base)
    }
  }

  private static func adding(_ add: (inout Double, inout Int64) -> Void) -> LossSums {
    var (loss, count) = (0.0, Int64(0))
    add(&loss, &count)
    return LossSums(loss: loss, count: Int(count))
  }

  /// Whether there is a class of theirs for every row.
  private static func fits(_ targets: [Int32], _ logits: Matrix) -> Bool {
    targets.count == logits.rows
      && targets.allSatisfy { $0 == ignoredTarget || (0..<Int32(logits.columns)).contains($0) }
  }

  private static func fits(_ losses: Matrix?, _ outputs: Matrix) -> Bool {
    losses.map { $0.count == outputs.rows && $0.isContiguous } ?? true
  }
}
