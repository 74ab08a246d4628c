import UnrollCore
import UnrollKernels
import UnrollLayers

/// Options of the head for numbers.
public struct SquaredErrorHeadOptions: HeadOptions {
  public static let name = "squared-error"
  public static let summary = "numbers out: y = W h + b, trained on squared errors of scaled targets"
  public static let answers = TargetKind.numbers
  public static let table: [OptionKey<SquaredErrorHeadOptions>] = []

  public init() {}

  public func make(_ width: Int, _ recipe: NetworkRecipe, _ parameters: ParameterBuilder) -> any Head {
    SquaredErrorHead(map: Linear(width, recipe.data.outputs, parameters))
  }
}

/// K numbers a step: y = W h + b, loss Σ (y − target)² in the unit in which all targets have deviation 1.
struct SquaredErrorHead: Head {
  let map: Linear

  var multiplyAdds: Int { map.multiplyAdds }

  func loss(_ x: Matrix, _ batch: Batch, weight: Float, _ pass: Pass) -> (sums: LossSums, pullback: () -> Matrix) {
    let (outputs, mapBack) = map.forward(x, pass)
    // From here on they are their gradient.
    let sums = Kernels.squaredLoss(outputs, targets: batch.numberTargets(in: pass.arena), weight: weight)
    return (sums, { mapBack(outputs) })
  }

  func predict(_ x: Matrix, _ batch: Batch, _ pass: Pass) -> Prediction {
    let outputs = map.forward(x, pass).output
    let losses = pass.arena.matrix(1, x.rows)
    let sums = Kernels.evaluateSquared(outputs, targets: batch.numberTargets(in: pass.arena), losses: losses)
    return Prediction(sums: sums, numbers: outputs.array, losses: losses.array) { outputs }
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream { map.stream(x, pass) }
}
