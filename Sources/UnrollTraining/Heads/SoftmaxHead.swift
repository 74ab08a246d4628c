import UnrollCore
import UnrollKernels
import UnrollLayers

/// Options of the softmax head.
public struct SoftmaxHeadOptions: HeadOptions {
  public static let name = "softmax"
  public static let summary = "one class for every target by itself: p = softmax(W h + b)"
  public static let table: [OptionKey<SoftmaxHeadOptions>] = []

  public init() {}

  public func make(_ width: Int, _ recipe: NetworkRecipe, _ parameters: ParameterBuilder) -> any Head {
    SoftmaxHead(width, classes: recipe.data.outputs, parameters)
  }
}

/// One class for every target by itself: p = softmax(W h + b), loss −log p(target).
public struct SoftmaxHead: Head {
  private let map: Linear

  init(_ width: Int, classes: Int, _ parameters: ParameterBuilder) { map = Linear(width, classes, parameters) }

  public var multiplyAdds: Int { map.multiplyAdds }

  public func loss(
    _ x: Matrix, _ batch: Batch, weight: Float, _ pass: Pass
  ) -> (sums: LossSums, pullback: () -> Matrix) {
    let (logits, mapBack) = map.forward(x, pass)
    // From here on the logits are their gradient.
    let sums = Kernels.softmaxLoss(logits, targets: batch.targets, weight: weight)
    return (sums, { mapBack(logits) })
  }

  public func predict(_ x: Matrix, _ batch: Batch, _ pass: Pass) -> Prediction {
    let logits = map.forward(x, pass).output
    let losses = pass.arena.matrix(1, logits.rows)
    let (sums, classes) = Kernels.evaluateLogits(logits, targets: batch.targets, losses: losses)
    return Prediction(sums: sums, classes: classes, losses: losses.array) {
      Kernels.softmax(logits)
      return logits
    }
  }

  public func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream { map.stream(x, pass) }
}
