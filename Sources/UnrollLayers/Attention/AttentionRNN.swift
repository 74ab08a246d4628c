import UnrollCore
import UnrollKernels

/// Options of `attention-rnn`: a recurrent network whose states are pooled by attention.
public struct AttentionRNNOptions: BackendOptions {
  /// The recurrent cell below the pool, with the standard options of the backend of that name.
  public enum Cell: String, CaseIterable, Sendable {
    /// h = tanh(W x + U h + b).
    case rnn
    /// Pools over h; the cell c is carried beside it.
    case lstm
    /// With its reset gate after the recurrent product.
    case gru
  }

  public static let name = "attention-rnn"
  public static let summary =
    "recurrent cell with attention pooling: α = softmax(wᵀh), y = Σ α h (Bahdanau et al. 2015, pooled)"
  public static let table: [OptionKey<AttentionRNNOptions>] =
    [
      OptionKey("cell", \.cell, "the recurrent cell below")
    ] + RecurrentSettings.table.map { $0.lifted(\.recurrent) }

  /// What makes the states that are pooled.
  public var cell = Cell.gru
  /// First values and regularisation of the cell.
  public var recurrent = RecurrentSettings()

  public init() {}

  public var poolsItself: Bool { true }

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) throws -> any SequenceLayer {
    func made(_ cell: some RecurrentOptions) throws -> any SequenceLayer {
      var cell = cell
      cell.recurrent = recurrent
      return try cell.makeLayer(shape, parameters)
    }
    return switch cell {
    case .rnn: try made(RNNOptions())
    case .lstm: try made(LSTMOptions())
    case .gru: try made(GRUOptions())
    }
  }

  public func top(_ stack: any SequenceLayer, _ reading: Reading, _ parameters: ParameterBuilder) -> any SequenceLayer {
    AttentionTop(
      inner: stack, pooling: AttentionPooling(stack.outputWidth, parameters.scope("attention")),
      causal: reading != .everyStep)
  }
}

/// The states of a recurrent network beside their attention pool.
///
/// Rows: [h_t ; pool over 1…t] when causal, and [h_t ; pool over the sequence] where every step may see all of it. Summary: the pool
/// over the sequence. State: the inner one and the pool's H + 1 floats.
struct AttentionTop: WrappingLayer {
  let inner: any SequenceLayer
  let pooling: AttentionPooling
  let causal: Bool

  var outputWidth: Int { 2 * inner.outputWidth }
  var summaryWidth: Int { inner.outputWidth }
  var ownSlots: [StateSlot] { pooling.slots }
  var isCausal: Bool { causal && inner.isCausal }
  var multiplyAdds: Int { inner.multiplyAdds + pooling.multiplyAdds }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    let (arena, width, (first, own)) = (pass.arena, inner.outputWidth, split(state))
    let (hidden, hiddenBack) = inner.forward(x, from: first, pass)
    let (pool, poolBack) = pooling.forward(hidden.rows, from: own, pass)
    let rows = arena.matrix(x.rows, 2 * width)
    Kernels.copy(hidden.rows, to: rows.columns(0..<width))
    Kernels.copy(causal ? pool.causal : pass.spread(pool.whole), to: rows.columns(width..<2 * width))
    return (
      SequenceOutput(rows: rows, summary: pool.whole, state: hidden.state + pool.state),
      { gradient in
        let direct = gradient.rows.map { arena.copy($0.columns(0..<width)) }
        let pooled = gradient.rows.map { arena.copy($0.columns(width..<2 * width)) }
        var whole = gradient.summary
        if !causal, let pooled { whole = pass.sums(pooled, from: whole) }
        let (dFinal, dOwn) = split(gradient.state)
        let (dh, dPoolState) = poolBack(SequenceGradient(rows: causal ? pooled : nil, summary: whole, state: dOwn))
        if let direct { Kernels.add(direct, to: dh) }
        let (dx, dState) = hiddenBack(SequenceGradient(rows: dh, state: dFinal))
        return (dx, dState + dPoolState)
      }
    )
  }

  func summaryStream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    inner.stream(x, pass).then { hidden in pooling.stream(hidden, pass) }
  }

  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream {
    inner.stream(x, pass).then { hidden in
      pooling.stream(hidden, pass).then { pool in
        let rows = pass.arena.matrix(x.rows, outputWidth)
        return SequenceStream(pool, rows, [], pass) {
          Kernels.copy(hidden, to: rows.columns(0..<hidden.columns))
          Kernels.copy(pool, to: rows.columns(hidden.columns..<outputWidth))
        }
      }
    }
  }
}
