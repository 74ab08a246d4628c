import UnrollCore
import UnrollKernels

extension BackendSettings {
  /// Builds the backend: what stands below, the layers with what surrounds each, what stands on top, and how an acceptor reads it.
  ///
  /// - Throws: `InputError` for what the backend cannot be.
  public func build(_ input: Int, _ reading: Reading, _ parameters: ParameterBuilder) throws -> any SequenceLayer {
    guard reading != .causal || stack.direction == .forward else {
      throw InputError(
        "backend \(name): a bidirectional model would see the tokens that it has to predict; use direction: forward")
    }
    var levels = [try base(input, parameters.scope("base"))].compactMap { $0 }
    for index in 0..<stack.layers * options.layersPerRepeat {
      let width = levels.last?.layer.outputWidth ?? input
      let shape = LayerShape(input: width, width: stack.width, index: index)
      levels.append(try level(shape, lowest: levels.isEmpty, parameters))
    }
    guard stack.initialState == .empty || parameters.storage.list.contains(where: { $0.name.contains("initial_") })
    else {
      throw InputError("backend \(name): it has no first state to learn; use initial_state: empty")
    }
    var whole: any SequenceLayer = SequenceStack(levels: levels)
    if stack.residual == .prenorm {
      whole = RowwiseTop(inner: whole, layer: LayerNorm(whole.outputWidth, parameters.scope("last")))
    }
    whole = try pooled(try options.top(whole, reading, parameters), reading, parameters)
    guard reading != .causal || whole.isCausal else {
      throw InputError("backend \(name): it would see the tokens that it has to predict; make it causal")
    }
    return whole
  }

  /// What the backend has below its layers; a residual stack needs rows of its own width in any case.
  private func base(_ input: Int, _ parameters: ParameterBuilder) throws -> SequenceStack.Level? {
    var layer = try options.base(input, stack.width, parameters)
    if layer == nil, stack.residual == .prenorm, input != stack.width {
      layer = Rowwise(Linear(input, stack.width, parameters))
    }
    return layer.map { SequenceStack.Level(layer: $0, suffix: "base", dropout: inputDropout) }
  }

  private var inputDropout: Dropout {
    Dropout(stack.inputDropout, perSequence: stack.variational, name: "input_dropout")
  }

  /// One layer of the stack, in its directions.
  private func level(_ shape: LayerShape, lowest: Bool, _ parameters: ParameterBuilder) throws -> SequenceStack.Level {
    let suffix = "l\(shape.index)"
    let layer = try directed(shape, suffix, parameters)
    let between = Dropout(
      shape.index > 0 ? stack.dropout : 0, perSequence: stack.variational, name: parameters.name("dropout_\(suffix)"))
    guard stack.residual == .prenorm else {
      return SequenceStack.Level(layer: layer, suffix: suffix, dropout: lowest ? inputDropout : between)
    }
    let branch = ResidualLayer(
      layer, dropout: stack.dropout, perSequence: stack.variational, parameters.scope("residual").suffixed(suffix))
    return SequenceStack.Level(layer: branch, suffix: suffix, dropout: lowest ? inputDropout : Dropout(0, name: ""))
  }

  private func directed(_ shape: LayerShape, _ suffix: String, _ parameters: ParameterBuilder) throws
    -> any SequenceLayer
  {
    func made(_ suffix: String) throws -> any SequenceLayer {
      let own = parameters.suffixed(suffix)
      let layer = try options.makeLayer(shape, own)
      guard stack.initialState == .learned else { return layer }
      // Of different levels some may have none.
      return layer.slots.contains(where: \.learnable) ? LearnedState(layer, own) : layer
    }
    let ahead = try made(suffix)
    guard stack.direction == .bidirectional else { return ahead }
    return Bidirectional(ahead: ahead, back: try made(suffix + "_reverse"), merge: stack.merge)
  }

  private func pooled(
    _ whole: any SequenceLayer, _ reading: Reading, _ parameters: ParameterBuilder
  ) throws -> any SequenceLayer {
    guard stack.pooling != .last else { return whole }
    guard reading == .summary else {
      throw InputError(
        "backend \(name): pooling is for one label a sequence, and this task reads every step; leave pooling out")
    }
    guard !options.poolsItself else {
      throw InputError("backend \(name): it pools over the sequence already; leave pooling out")
    }
    return switch stack.pooling {
    case .last: whole
    case .mean: PooledSummary(inner: whole, pool: .mean)
    case .max: PooledSummary(inner: whole, pool: .max)
    case .attention:
      PooledSummary(
        inner: whole, pool: .attention(AttentionPooling(whole.outputWidth, parameters.scope("pooling"))))
    }
  }
}
