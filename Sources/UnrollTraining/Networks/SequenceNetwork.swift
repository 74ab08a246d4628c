import UnrollCore
import UnrollKernels
import UnrollLayers

/// Inputs side by side → dropout → backend → dropout → head: what every run over single sequences trains. Only the backend differs.
///
/// Unchecked: the shards of a step read it at the same time. Its parameters change between steps alone, and what a layer derives from
/// them it makes under a lock.
public final class SequenceNetwork: Network, @unchecked Sendable {
  /// Side by side: together [R, E].
  public let inputs: [any Input]
  /// [R, E] → rows [R, `outputWidth`] and a summary [B, `summaryWidth`].
  public let backend: any SequenceLayer
  /// Reads the rows, or the summary, as `reading` says.
  public let head: any Head
  /// Which output of the backend the head gets.
  public let reading: Reading
  public let parameters: Parameters
  private let inputDropout: Dropout
  private let outputDropout: Dropout

  /// - Throws: `InputError` for what cannot be built.
  public convenience init(_ recipe: NetworkRecipe, random: RandomSource) throws {
    try self.init(recipe, ParameterBuilder(random: random))
  }

  /// - Parameters:
  ///   - recipe: all settings and tables.
  ///   - parameters: a builder for this network alone.
  /// - Throws: `InputError` for what cannot be built.
  public init(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws {
    let model = recipe.model
    reading = recipe.reading
    inputs = try model.inputs.map { try $0.make(recipe, parameters) }
    backend = try recipe.backend.build(
      inputs.width, recipe.reading, parameters.scope("backend"))
    let width = reading == .summary ? backend.summaryWidth : backend.outputWidth
    head = try model.head.make(width, recipe, parameters.scope("head"))
    inputDropout = Dropout(model.embeddingDropout, name: "embedding_dropout")
    outputDropout = Dropout(model.outputDropout, name: "output_dropout")
    self.parameters = Parameters(parameters)
  }

  public var carried: [StateSlot] { reading == .causal ? backend.slots : [] }

  public func corrupted(_ batch: Batch, _ random: RandomSource) -> Batch {
    inputs.reduce(batch) { $1.corrupted($0, random) }
  }

  public func loss(_ batch: Batch, from state: [Matrix]?, weight: Float, _ pass: Pass) -> NetworkLoss {
    let (x, final, back) = read(batch, from: state, pass)
    let (sums, headBack) = head.loss(x, batch, weight: weight, pass)
    return NetworkLoss(sums: sums, state: final) { back(headBack()) }
  }

  public func predict(_ batch: Batch, from state: [Matrix]?, _ pass: Pass) -> NetworkPrediction {
    let (x, final, _) = read(batch, from: state, pass)
    return NetworkPrediction(head.predict(x, batch, pass), state: final)
  }

  /// What the head reads, [R, H] or [B, H], the backend's state after the last steps, and the way back.
  private func read(
    _ batch: Batch, from state: [Matrix]?, _ pass: Pass
  ) -> (output: Matrix, state: [Matrix], pullback: (Matrix) -> Void) {
    let (together, inputsBack) = inputs.sideBySide(batch, pass)
    let (x, inputDropoutBack) = inputDropout.forward(together, pass)
    let (output, backendBack) = backend.forward(x, from: state, pass)
    let (read, outputDropoutBack) = outputDropout.forward(reading == .summary ? output.summary : output.rows, pass)
    return (
      read, output.state,
      { [reading] dy in
        let dRead = outputDropoutBack(dy)
        let gradient = reading == .summary ? SequenceGradient(summary: dRead) : SequenceGradient(rows: dRead)
        inputsBack(inputDropoutBack(backendBack(gradient).input))
      }
    )
  }
}

extension [any Input] {
  /// Where each stands when they are side by side.
  var columns: [Range<Int>] {
    reduce(into: []) { found, input in
      let start = found.last?.upperBound ?? 0
      found.append(start..<start + input.width)
    }
  }

  /// Columns of all together.
  var width: Int { reduce(0) { $0 + $1.width } }

  /// [R, E] of all of them.
  func sideBySide(_ batch: Batch, _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void) {
    let each = map { $0.forward(batch, pass) }
    guard each.count > 1 else { return each[0] }
    let all = pass.arena.matrix(batch.steps.rows, width)
    for (own, (rows, _)) in zip(columns, each) { Kernels.copy(rows, to: all.columns(own)) }
    return (all, { dy in for (own, (_, back)) in zip(columns, each) { back(pass.arena.copy(dy.columns(own))) } })
  }
}

extension SequenceNetwork {
  /// The head counts where it runs at every token.
  public var multiplyAddsPerToken: Int {
    inputs.reduce(backend.multiplyAdds) { $0 + $1.multiplyAdds } + (reading == .summary ? 0 : head.multiplyAdds)
  }

  public var stateFloats: Int? { backend.isCausal ? backend.slots.reduce(0) { $0 + $1.width } : nil }

  public func measuredStateFloats() -> Int? { measuredStateFloats(of: backend) }

  public func measurements() -> [String: Double] { measurements(of: [backend]) }
}
