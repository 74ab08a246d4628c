import UnrollCore
import UnrollKernels
import UnrollLayers

/// Two texts to one answer: inputs, which both share → dropout → encoders → one vector → dropout → head. A batch has the hypotheses, and
/// the premises beside them.
///
/// Unchecked: as `SequenceNetwork`.
public final class PairNetwork: Network, @unchecked Sendable {
  /// Side by side: together [R, E].
  public let inputs: [any Input]
  /// Reads premises, and hypotheses where no other does.
  public let encoder: any SequenceLayer
  /// Reads hypotheses from the state in which premises were left; nil where they are read by themselves.
  public let conditional: (any SequenceLayer)?
  /// Reads one vector a pair.
  public let head: any Head
  public let parameters: Parameters
  private let match: any PairMatch
  private let inputDropout: Dropout
  private let outputDropout: Dropout

  /// - Parameters:
  ///   - recipe: all settings and tables.
  ///   - parameters: a builder for this network alone.
  /// - Throws: `InputError` for what cannot be built.
  public init(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws {
    let (model, backend) = (recipe.model, recipe.backend)
    let encoding = model.pairEncoding
    inputs = try model.inputs.map { try $0.make(recipe, parameters) }
    let width = inputs.reduce(0) { $0 + $1.width }
    encoder = try backend.build(width, .summary, parameters.scope("backend"))
    try encoding.check(encoder, backend.name)
    // It begins with what it is given, not with a trained vector.
    var second = backend
    second.stack.initialState = .empty
    conditional = encoding == .independent ? nil : try second.build(width, .summary, parameters.scope("conditional"))
    match = encoding.match(encoder, parameters.scope("match"))
    head = try model.head.make(match.width, recipe, parameters.scope("head"))
    inputDropout = Dropout(model.embeddingDropout, name: "embedding_dropout")
    outputDropout = Dropout(model.outputDropout, name: "output_dropout")
    self.parameters = Parameters(parameters)
  }

  public var carried: [StateSlot] { [] }

  public func corrupted(_ batch: Batch, _ random: RandomSource) -> Batch {
    var corrupted = inputs.reduce(batch) { $1.corrupted($0, random) }
    corrupted.source = batch.source.map { source in
      source.replacing(inputs.reduce(source.batch) { $1.corrupted($0, random.split("premise")) })
    }
    return corrupted
  }

  public func loss(_ batch: Batch, from state: [Matrix]?, weight: Float, _ pass: Pass) -> NetworkLoss {
    let (x, back) = read(batch, pass)
    let (sums, headBack) = head.loss(x, batch, weight: weight, pass)
    return NetworkLoss(sums: sums, state: []) { back(headBack()) }
  }

  public func predict(_ batch: Batch, from state: [Matrix]?, _ pass: Pass) -> NetworkPrediction {
    NetworkPrediction(head.predict(read(batch, pass).output, batch, pass), state: [])
  }

  /// One vector a pair, [B, width], and the way back.
  private func read(_ batch: Batch, _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void) {
    guard let source = batch.source else { preconditionFailure("a pair has a text beside each of its own") }
    let arena = pass.arena
    let beside = pass.over(source.batch.steps, "premise", keepsState: conditional != nil)
    let (premises, premisesBack) = embedded(source.batch, beside)
    let (hypotheses, hypothesesBack) = embedded(batch, pass)
    let (first, firstBack) = encoder.forward(premises, from: nil, beside)
    let state = conditional.map { _ in first.state.map { source.outward($0, arena) } }
    let (second, secondBack) = (conditional ?? encoder).forward(hypotheses, from: state, pass)
    let (matched, matchBack) = match.forward(first, second, source, pass)
    let (output, dropoutBack) = outputDropout.forward(matched, pass)
    return (
      output,
      { dy in
        let (dMatched, dSecond) = matchBack(dropoutBack(dy))
        let (dHypotheses, dState) = secondBack(dSecond)
        var dFirst = dMatched
        if state != nil { dFirst.state = dState.map { source.inward($0, arena) } }
        hypothesesBack(dHypotheses)
        premisesBack(firstBack(dFirst).input)
      }
    )
  }

  private func embedded(_ batch: Batch, _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void) {
    let (together, inputsBack) = inputs.sideBySide(batch, pass)
    let (x, dropoutBack) = inputDropout.forward(together, pass)
    return (x, { inputsBack(dropoutBack($0)) })
  }
}

extension PairNetwork {
  /// The mean of a token of either text, where they are equally long; the head and what is done once a pair do not count.
  public var multiplyAddsPerToken: Int {
    let (step, row) = match.multiplyAdds
    return inputs.reduce(encoder.multiplyAdds) { $0 + $1.multiplyAdds } + (step + row) / 2
  }

  /// Of an encoder: what attention looks back at is the text itself.
  public var stateFloats: Int? { encoder.isCausal ? encoder.slots.reduce(0) { $0 + $1.width } : nil }

  public func measuredStateFloats() -> Int? { measuredStateFloats(of: encoder) }

  public func measurements() -> [String: Double] { measurements(of: [encoder, conditional].compactMap { $0 }) }

  /// - Throws: `InputError`, always.
  public func stream(sequences: Int) throws -> NetworkStream {
    throw InputError("the model reads pairs of texts, the second beside the whole first, and cannot be streamed")
  }

  /// How a model shows, of a single pair, what every token of the hypothesis sees in the premise.
  static let attentionName = "match.attention.weights"
}
