import UnrollCore
import UnrollKernels
import UnrollLayers

/// Options of the softmax head.
public struct SoftmaxHeadOptions: HeadOptions {
  /// What a class's loss counts for in training.
  public enum ClassWeights: String, CaseIterable, Sendable {
    /// As much as any other.
    case none
    /// The more, the rarer the class is in training: R/(K n_k), as scikit-learn's `balanced`.
    case balanced
  }

  public static let name = "softmax"
  public static let summary = "one class for every target by itself: p = softmax(W h + b)"
  public static let table: [OptionKey<SoftmaxHeadOptions>] = [
    OptionKey(
      "label_smoothing", \.labelSmoothing, in: 0...0.99,
      "share of every target that all classes have evenly in training (Szegedy et al. 2016)"),
    OptionKey(
      "class_weights", \.classWeights,
      "of training losses; balanced: targets / (classes × targets of the class), as in scikit-learn"),
    OptionKey(
      "tied", \.tied,
      "the output's weights are the embeddings (Press & Wolf 2017), of a decoder those of its targets; the backend's rows must be as wide"
    ),
  ]

  /// ε: the share of a target that all classes have evenly (Szegedy et al. 2016).
  public var labelSmoothing = 0.0
  /// In training alone: scores and reported losses count every target once.
  public var classWeights = ClassWeights.none
  /// Whether the output's weights are the embeddings (Press & Wolf 2017): of a language model whose rows are as wide as they.
  public var tied = false

  public init() {}

  public func make(_ width: Int, _ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Head {
    let map = tied ? try tiedMap(width, recipe, parameters) : Linear(width, recipe.data.outputs, parameters)
    return SoftmaxHead(
      map, smoothing: Float(labelSmoothing), weights: classWeights == .balanced ? balanced(recipe.data) : nil)
  }

  public func check(width: Int?, _ model: ModelOptions, _ reading: Reading) throws {
    guard tied else { return }
    guard reading == .causal, model.writes || model.inputs.contains(where: { $0 is WordInputOptions }) else {
      throw SoftmaxHeadOptions.readsOther
    }
    guard let width else {
      throw InputError(
        "tied: rows must be as wide as the embeddings, and parameters solves their width; set width instead")
    }
    guard width == model.embedding else {
      throw InputError(
        "tied: embeddings of width \(model.embedding) cannot be the weights for rows of width \(width); set embedding: \(width)"
      )
    }
  }

  private func tiedMap(_ width: Int, _ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> Linear {
    try check(width: width, recipe.model, recipe.reading)
    let name = recipe.model.writes ? EncoderDecoder.tableName : WordInput.tableName
    guard let table = parameters.declared.first(where: { $0.name == name }), table.shape[0] == recipe.data.outputs
    else { throw SoftmaxHeadOptions.readsOther }
    return Linear(tied: table, parameters)
  }

  private static let readsOther = InputError(
    "tied: only a language model that reads words, or a decoder, predicts what it reads; leave tied out")

  /// Classes that training lacks have no weight to have.
  private func balanced(_ data: NetworkData) -> [Float] {
    let (all, counts) = (data.outputCounts.reduce(0, +), data.outputCounts)
    return counts.map { $0 == 0 ? 0 : Float(Double(all) / Double(counts.count * $0)) }
  }
}

/// One class for every target by itself: p = softmax(W h + b), loss −log p(target).
package struct SoftmaxHead: Head {
  private let map: Linear
  private let smoothing: Float
  /// [K], of training losses.
  private let weights: [Float]?

  init(_ map: Linear, smoothing: Float, weights: [Float]?) {
    (self.map, self.smoothing, self.weights) = (map, smoothing, weights)
  }

  package var multiplyAdds: Int { map.multiplyAdds }

  package func loss(
    _ x: Matrix, _ batch: Batch, weight: Float, _ pass: Pass
  ) -> (sums: LossSums, pullback: () -> Matrix) {
    let (logits, mapBack) = map.forward(x, pass)
    // From here on the logits are their gradient.
    let sums = Kernels.softmaxLoss(
      logits, targets: batch.targets, weight: weight, smoothing: smoothing, classWeights: weights)
    return (sums, { mapBack(logits) })
  }

  package func predict(_ x: Matrix, _ batch: Batch, _ pass: Pass) -> Prediction {
    let logits = map.forward(x, pass).output
    let (losses, confidences) = (pass.arena.matrix(1, logits.rows), pass.arena.matrix(1, logits.rows))
    let (sums, classes) = Kernels.evaluateLogits(
      logits, targets: batch.targets, losses: losses, confidences: confidences)
    return Prediction(sums: sums, classes: classes, losses: losses.array, confidences: confidences.array) {
      Kernels.softmax(logits)
      return logits
    }
  }

  package func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream { map.stream(x, pass) }
}
