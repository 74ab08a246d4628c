import UnrollCore
import UnrollKernels
import UnrollLayers

/// Embedding → dropout → backend → dropout → linear output: what every run trains. Only the backend differs.
///
/// Unchecked: the shards of a step read it at the same time. Its parameters change between steps alone, and what a layer derives from
/// them it makes under a lock.
public final class SequenceModel: @unchecked Sendable {
  /// A table [V,E].
  public let embedding: Embedding
  /// [R,E] → rows [R, `outputWidth`] and a summary [B, `summaryWidth`].
  public let backend: any SequenceLayer
  /// The rows → [R,K], or the summary → [B,K], as `reading` says.
  public let head: Linear
  public let reading: Reading
  public let parameters: Parameters
  private let embeddingDropout: Dropout
  private let outputDropout: Dropout

  /// - Parameters:
  ///   - vocabulary: number of tokens V.
  ///   - classes: number of outputs K.
  public convenience init(
    vocabulary: Int, classes: Int, _ options: ModelOptions, _ backend: BackendSettings, _ reading: Reading,
    random: RandomSource
  ) throws {
    try self.init(vocabulary, classes, options, backend, reading, ParameterBuilder(random: random))
  }

  private init(
    _ vocabulary: Int, _ classes: Int, _ options: ModelOptions, _ backendSettings: BackendSettings, _ reading: Reading,
    _ builder: ParameterBuilder
  ) throws {
    self.reading = reading
    embedding = Embedding(
      vocabulary, options.embedding, deviation: options.forUnit(characters: false).embeddingInit,
      typeDropout: options.typeDropout, builder.scope("embedding"))
    backend = try backendSettings.build(options.embedding, reading, builder.scope("backend"))
    let width = reading == .summary ? backend.summaryWidth : backend.outputWidth
    head = Linear(width, classes, builder.scope("head"))
    embeddingDropout = Dropout(options.embeddingDropout, name: "embedding_dropout")
    outputDropout = Dropout(options.outputDropout, name: "output_dropout")
    parameters = Parameters(builder)
  }

  /// Number of parameters of such a model, without making it.
  public static func parameterCount(
    vocabulary: Int, classes: Int, _ options: ModelOptions, _ backend: BackendSettings, _ reading: Reading
  ) throws -> Int {
    let builder = ParameterBuilder.counting()
    _ = try SequenceModel(vocabulary, classes, options, backend, reading, builder)
    return builder.count
  }

  /// Logits [R,K] (or [B,K] when the summary is read), the state after the last steps, and the way back.
  public func forward(
    _ tokens: [Int32], from state: [Matrix]?, _ pass: Pass
  ) -> (logits: Matrix, state: [Matrix], pullback: (Matrix) -> Void) {
    let (embedded, embeddingBack) = embedding.forward(tokens, pass)
    let (x, embeddingDropoutBack) = embeddingDropout.forward(embedded, pass)
    let (output, backendBack) = backend.forward(x, from: state, pass)
    let read = reading == .summary ? output.summary : output.rows
    let (dropped, outputDropoutBack) = outputDropout.forward(read, pass)
    let (logits, headBack) = head.forward(dropped, pass)
    return (
      logits, output.state,
      { [reading] dLogits in
        let dRead = outputDropoutBack(headBack(dLogits))
        let gradient = reading == .summary ? SequenceGradient(summary: dRead) : SequenceGradient(rows: dRead)
        embeddingBack(embeddingDropoutBack(backendBack(gradient).input))
      }
    )
  }

  /// Multiply-adds for one token; the output layer counts where it runs at every token.
  public var multiplyAddsPerToken: Int { backend.multiplyAdds + (reading == .summary ? 0 : head.multiplyAdds) }

  /// Floats carried from step to step for one sequence, counted from the state that a step returns; nil for a model that
  /// needs the whole sequence.
  public func measuredStateFloats() -> Int? {
    guard backend.isCausal else { return nil }
    return forward([0], from: nil, singleStep).state.reduce(0) { $0 + $1.columns }
  }

  /// What the layers report of themselves, as far as it is finite.
  public func measurements() -> [String: Double] {
    // A matrix exponential of infinities does not come back.
    guard Kernels.isFinite(parameters.values.row) else { return [:] }
    let pass = singleStep
    return withExtendedLifetime(pass) { backend.measurements(pass).filter { $0.value.isFinite } }
  }

  private var singleStep: Pass {
    Pass(
      PackedSteps(count: 1, length: 1), parameters: parameters, gradients: Buffer(count: 0), arena: Arena(),
      mode: .evaluation)
  }
}
