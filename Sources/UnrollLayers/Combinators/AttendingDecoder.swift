import UnrollCore
import UnrollKernels

/// What reads the rows of a target after a source was encoded: a causal layer that begins where the encoder ends, and attention over the
/// encoder's rows.
///
///     h = layer(x) from the bridge's state,  c_t = attention(h_t),  y_t = tanh(W [c_t ; h_t])
///
/// Without attention y = h. W [H, E + H] has no bias (Luong et al. 2015).
package struct AttendingDecoder {
  private let layer: any SequenceLayer
  private let bridge: StateBridge
  private let attention: SourceAttention?
  /// W, where there is attention.
  private let combine: Linear?

  /// - Parameters:
  ///   - layer: causal.
  ///   - encoder: of the source.
  ///   - attention: how rows of the source are scored, if at all.
  ///   - parameters: `bridge.…` and `attention.…` are declared in it.
  /// - Throws: `InputError` where nothing of the source would reach the decoder.
  package init(
    _ layer: any SequenceLayer, after encoder: any SequenceLayer, _ attention: AttentionScore,
    _ parameters: ParameterBuilder
  ) throws {
    let width = layer.outputWidth
    self.layer = layer
    bridge = StateBridge(from: encoder, to: layer, parameters.scope("bridge"))
    let own = parameters.scope("attention")
    self.attention = SourceAttention(attention, width: width, source: encoder.outputWidth, own)
    combine = self.attention.map { Linear($0.contextWidth + width, width, own.scope("combine"), bias: nil) }
    guard combine != nil || !bridge.isEmpty else {
      throw InputError(
        "no state of the encoder can be the decoder's first one, so nothing of the source would reach it; set attention: additive or multiplicative, or choose another decoder"
      )
    }
  }

  /// Width of its rows, H.
  package var outputWidth: Int { layer.outputWidth }
  /// What is carried from token to token, beside the source.
  package var slots: [StateSlot] { layer.slots }
  /// Whether the encoder's final state is read.
  package var readsState: Bool { bridge.isCopy }
  /// What its layer reports of itself.
  package func measurements(_ pass: Pass) -> [String: Double] { layer.measurements(pass) }
  /// For a token of the target; of attention its maps alone, for a row of the source each.
  package var multiplyAdds: Int {
    layer.multiplyAdds + (attention?.multiplyAdds ?? 0) + (combine?.multiplyAdds ?? 0)
  }

  /// What an encoder made of a batch of sources.
  package struct Source {
    let end: SequenceOutput
    /// In whose order its rows lie.
    let pass: Pass

    package init(_ end: SequenceOutput, _ pass: Pass) { (self.end, self.pass) = (end, pass) }
  }

  /// From the gradient of the rows to those of the input and of what the encoder returned.
  package typealias Back = (_ dy: Matrix) -> (input: Matrix, source: SequenceGradient)

  /// - Parameters:
  ///   - x: [R, E], of the targets.
  ///   - source: of as many sequences.
  ///   - places: for every sequence of the pass where its source stands among those, each once.
  ///   - pass: of the targets.
  package func forward(
    _ x: Matrix, _ source: Source, _ places: [Int32], _ pass: Pass
  ) -> (rows: Matrix, pullback: Back) {
    let arena = pass.arena
    let (ends, bridgeBack) = bridge.forward(source.end, source.pass)
    let (output, layerBack) = layer.forward(x, from: ends?.map { arena.gathered($0, places) }, pass)
    let h = output.rows
    func begin(_ dState: [Matrix]) -> SequenceGradient {
      // Back in the order of the sources.
      ends == nil ? SequenceGradient() : bridgeBack(dState.map { arena.gathered($0, places.inverse) })
    }
    guard let attention, let combine else {
      return (
        h,
        { dy in
          let (dx, dState) = layerBack(SequenceGradient(rows: dy))
          return (dx, begin(dState))
        }
      )
    }
    let (context, attentionBack) = attention.forward(h, over: source.end.rows, source.pass.steps, places, pass)
    let (y, combineBack) = combine.forward(arena.sideBySide(context, h), pass)
    Kernels.tanh(y, into: y)
    return (
      y,
      { dy in
        let inner = arena.matrix(y.rows, y.columns)
        Kernels.tanhBack(y, dy, into: inner)
        let both = combineBack(inner)
        let (dh, dSource) = attentionBack(arena.copy(both.columns(0..<context.columns)))
        Kernels.add(both.columns(context.columns..<both.columns), to: dh)
        let (dx, dState) = layerBack(SequenceGradient(rows: dh))
        var gradient = begin(dState)
        gradient.rows = dSource
        return (dx, gradient)
      }
    )
  }
}

/// Token by token.
extension AttendingDecoder {
  /// Sources that were read once: what their targets begin with, and what they look at.
  package final class Memory {
    /// One [B, width] matrix a slot, in the order of the sources; nil for the empty state.
    package let state: [Matrix]?
    fileprivate let attention: SourceAttention.Memory?
    /// Holds what all of it lies in.
    private let pass: Pass

    fileprivate init(_ state: [Matrix]?, _ attention: SourceAttention.Memory?, _ pass: Pass) {
      (self.state, self.attention, self.pass) = (state, attention, pass)
    }

    /// For every row of a stream its source.
    package var sources: [Int32] = [] { didSet { attention?.sources = sources } }

    /// What the last step of a row looked at, a weight a row of its source; empty without attention.
    package func weights(of row: Int) -> [Float] { attention?.weights(of: row) ?? [] }
  }

  /// - Parameter source: read in evaluation.
  package func memory(of source: Source) -> Memory {
    Memory(
      bridge.forward(source.end, source.pass).state, attention?.memory(of: source.end.rows, source.pass), source.pass)
  }

  /// From x [N, E] to rows [N, H], one token a step; `memory.sources` names the source of every row, and may change between steps.
  package func stream(_ x: Matrix, _ memory: Memory, _ pass: Pass) -> SequenceStream {
    let rows = layer.stream(x, pass)
    guard let attention, let combine, let sources = memory.attention else { return rows }
    let h = rows.output
    return rows.then { attention.stream($0, over: sources, pass) }.then { context in
      let both = pass.arena.matrix(h.rows, context.columns + h.columns)
      return SequenceStream(context, both, [], pass) {
        Kernels.copy(context, to: both.columns(0..<context.columns))
        Kernels.copy(h, to: both.columns(context.columns..<both.columns))
      }
    }.then(combine).then { y in SequenceStream(y, y, [], pass) { Kernels.tanh(y, into: y) } }
  }
}

extension Arena {
  fileprivate func gathered(_ x: Matrix, _ index: [Int32]) -> Matrix {
    let y = matrix(index.count, x.columns)
    Kernels.gather(x, index, into: y)
    return y
  }

  fileprivate func sideBySide(_ a: Matrix, _ b: Matrix) -> Matrix {
    let both = matrix(a.rows, a.columns + b.columns)
    Kernels.copy(a, to: both.columns(0..<a.columns))
    Kernels.copy(b, to: both.columns(a.columns..<both.columns))
    return both
  }
}

extension [Int32] {
  /// Of numbers 0…n − 1 in any order.
  fileprivate var inverse: [Int32] {
    var inverse = self
    for (place, value) in enumerated() { inverse[Int(value)] = Int32(place) }
    return inverse
  }
}
