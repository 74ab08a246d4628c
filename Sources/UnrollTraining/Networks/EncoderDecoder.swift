import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// From a source to a target of another length (Sutskever et al. 2014; Bahdanau et al. 2015):
///
///     source: inputs side by side → dropout → encoder ─┐ last state, rows
///     target so far: embedding → dropout → decoder ←───┘ → dropout → head: the next token
///
/// In training the decoder reads the true target (teacher forcing), so that all steps run at once. Parameters have their names from where
/// they stand: those of inputs as in other networks, then `encoder.…`, `target.embedding.weight`, `decoder.…`, `bridge.…`, `attention.…`,
/// `head.…`.
///
/// Unchecked as `SequenceNetwork` is.
public final class EncoderDecoder: Network, @unchecked Sendable {
  /// Of the source, side by side.
  let inputs: [any Input]
  let encoder: any SequenceLayer
  /// Of the target: its rows are what `tied` heads share.
  let target: Embedding
  let decoder: AttendingDecoder
  let head: any Head
  /// How texts are written where nobody says otherwise.
  let search: SearchOptions
  /// What ends a text and what the decoder reads first.
  let end: Int32
  public let parameters: Parameters
  private let inputDropout: Dropout
  private let outputDropout: Dropout

  static let tableName = "target.embedding.weight"

  /// - Throws: `InputError` for what cannot be built.
  public convenience init(_ recipe: NetworkRecipe, random: RandomSource) throws {
    try self.init(recipe, ParameterBuilder(random: random))
  }

  /// - Parameters:
  ///   - recipe: all settings and tables; its backend is the encoder.
  ///   - parameters: a builder for this network alone.
  /// - Throws: `InputError` for what cannot be built, and for data without targets.
  public init(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws {
    let model = recipe.model
    guard let targets = recipe.data.targets else {
      throw InputError("a decoder writes texts, and these data have none as targets")
    }
    (search, end) = (model.search, targets.id(Vocabulary.end))
    inputs = try model.inputs.map { try $0.make(recipe, parameters) }
    encoder = try recipe.backend.build(inputs.width, recipe.reading, parameters.scope("encoder"))
    target = Embedding(
      targets.count, model.embedding, deviation: model.forUnit(characters: false).embeddingInit,
      typeDropout: model.typeDropout, parameters.scope("target").scope("embedding"))
    decoder = try model.makeDecoder(encoder, recipe.backend, parameters)
    var ofTarget = recipe
    ofTarget.reading = .causal
    head = try model.head.make(decoder.outputWidth, ofTarget, parameters.scope("head"))
    inputDropout = Dropout(model.embeddingDropout, name: "embedding_dropout")
    outputDropout = Dropout(model.outputDropout, name: "output_dropout")
    self.parameters = Parameters(parameters)
  }

  /// Nothing: every batch begins with its sources.
  public var carried: [StateSlot] { [] }

  /// Words of the source are dropped; those of the target stay, since a decoder never reads `<unk>` when it writes.
  public func corrupted(_ batch: Batch, _ random: RandomSource) -> Batch {
    var batch = batch
    batch.source = batch.source.map { source in
      source.replacing(inputs.reduce(source.batch) { $1.corrupted($0, random) })
    }
    return batch
  }

  public func loss(_ batch: Batch, from state: [Matrix]?, weight: Float, _ pass: Pass) -> NetworkLoss {
    let (rows, back) = read(batch, pass)
    let (sums, headBack) = head.loss(rows, batch, weight: weight, pass)
    return NetworkLoss(sums: sums, state: []) { back(headBack()) }
  }

  public func predict(_ batch: Batch, from state: [Matrix]?, _ pass: Pass) -> NetworkPrediction {
    NetworkPrediction(head.predict(read(batch, pass).rows, batch, pass), state: [])
  }

  /// What the head reads, [R, H], and the way back.
  private func read(_ batch: Batch, _ pass: Pass) -> (rows: Matrix, pullback: (Matrix) -> Void) {
    guard let source = batch.source else { preconditionFailure("a decoder wants a source beside every target") }
    let (encoded, encoderBack) = encode(source.batch, pass)
    let (embedded, targetBack) = target.forward(batch.tokens, pass)
    let (x, inputDropoutBack) = inputDropout.forward(embedded, pass)
    let (rows, decoderBack) = decoder.forward(x, encoded, source.places, pass)
    let (read, outputDropoutBack) = outputDropout.forward(rows, pass)
    return (
      read,
      { dy in
        let (dx, dEncoded) = decoderBack(outputDropoutBack(dy))
        targetBack(inputDropoutBack(dx))
        encoderBack(dEncoded)
      }
    )
  }

  /// What the encoder makes of sources, in a pass of their own within the memory of another.
  func encode(
    _ source: Batch, _ pass: Pass
  ) -> (source: AttendingDecoder.Source, pullback: (SequenceGradient) -> Void) {
    let own = pass.over(source.steps, "source", keepsState: decoder.readsState)
    let (together, inputsBack) = inputs.sideBySide(source, own)
    let (x, dropoutBack) = inputDropout.forward(together, own)
    let (output, encoderBack) = encoder.forward(x, from: nil, own)
    return (AttendingDecoder.Source(output, own), { inputsBack(dropoutBack(encoderBack($0).input)) })
  }
}

extension EncoderDecoder {
  /// Of a token of the source and one of the target.
  public var multiplyAddsPerToken: Int {
    inputs.reduce(encoder.multiplyAdds + decoder.multiplyAdds + head.multiplyAdds) { $0 + $1.multiplyAdds }
  }

  /// Of the decoder, beside what it looks at.
  public var stateFloats: Int? { decoder.slots.reduce(0) { $0 + $1.width } }

  /// As the layers declare it: a decoder's state begins as these slots say.
  public func measuredStateFloats() -> Int? { stateFloats }

  public func measurements() -> [String: Double] {
    guard Kernels.isFinite(parameters.values.row) else { return [:] }
    let pass = Pass(
      PackedSteps(count: 1, length: 1), parameters: parameters, gradients: Buffer(count: 0), arena: Arena(),
      mode: .evaluation)
    let found = withExtendedLifetime(pass) {
      encoder.measurements(pass).merging(decoder.measurements(pass)) { max($0, $1) }
    }
    return found.filter { $0.value.isFinite }
  }

  public func stream(sequences: Int) throws -> NetworkStream {
    throw InputError("an encoder and decoder reads a whole source before it writes, and has no stream of tokens")
  }
}
