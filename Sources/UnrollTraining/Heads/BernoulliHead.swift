import UnrollCore
import UnrollKernels
import UnrollLayers

/// Options of the head for many yes or no.
public struct BernoulliHeadOptions: HeadOptions {
  public static let name = "bernoulli"
  public static let summary = "many yes or no a step, each by itself: p = sigmoid(W h + b)"
  public static let answers = TargetKind.yesOrNo
  public static let table: [OptionKey<BernoulliHeadOptions>] = []

  public init() {}

  public func make(_ width: Int, _ recipe: NetworkRecipe, _ parameters: ParameterBuilder) -> any Head {
    BernoulliHead(map: Linear(width, recipe.data.outputs, parameters))
  }
}

/// K yes or no a step, independent of each other given h: p = σ(W h + b), loss −Σ log p(target) in nats.
struct BernoulliHead: Head {
  let map: Linear

  var multiplyAdds: Int { map.multiplyAdds }

  func loss(_ x: Matrix, _ batch: Batch, weight: Float, _ pass: Pass) -> (sums: LossSums, pullback: () -> Matrix) {
    let (logits, mapBack) = map.forward(x, pass)
    // From here on they are their gradient.
    let sums = Kernels.bernoulliLoss(logits, targets: batch.numberTargets(in: pass.arena), weight: weight)
    return (sums, { mapBack(logits) })
  }

  func predict(_ x: Matrix, _ batch: Batch, _ pass: Pass) -> Prediction {
    let logits = map.forward(x, pass).output
    let losses = pass.arena.matrix(1, x.rows)
    let sums = Kernels.evaluateBernoulli(logits, targets: batch.numberTargets(in: pass.arena), losses: losses)
    let probabilities = pass.arena.matrix(logits.rows, logits.columns)
    Kernels.sigmoid(logits, into: probabilities)
    return Prediction(sums: sums, numbers: probabilities.array, losses: losses.array) { probabilities }
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream { map.stream(x, pass) }
}
