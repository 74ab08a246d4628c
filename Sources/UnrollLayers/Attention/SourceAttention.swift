import UnrollKernels

/// How well a step of a decoder fits a row of its source.
public enum AttentionScore: String, CaseIterable, Sendable {
  /// No attention.
  case none
  /// v·tanh(W h + U y + b) (Bahdanau et al. 2015).
  case additive
  /// h·(W y) (Luong et al. 2015, *general*).
  case multiplicative
}

/// Soft attention of a decoder's rows h [R, H] over the rows y [S, E] of the source that stands beside each sequence.
///
///     α_ts = softmax_s score(h_t, y_s),  c_t = Σ_s α_ts y_s
///
/// It reads the decoder's own rows, not its state of the step before, so that all steps of a batch run at once; what was looked at
/// is not fed back into the next step (the *input feeding* of Luong et al. is left out).
///
/// Cost for a row: the scores and the sum, 2 E a row of the source, beside the maps.
package struct SourceAttention {
  /// W [H, H] and b of additive scores; of multiplicative ones the decoder's rows are the queries.
  private let query: Linear?
  /// U, or W of multiplicative scores, [H, E].
  private let key: Linear
  /// v [H] of additive scores.
  private let weight: Parameter?

  /// Width of what is looked at, E.
  package var contextWidth: Int { key.inputWidth }
  /// Of its maps: one row of the decoder and one of the source.
  package var multiplyAdds: Int { key.multiplyAdds + (query?.multiplyAdds ?? 0) }

  /// Nil where the score is `none`.
  ///
  /// - Parameters:
  ///   - width: H, of the decoder's rows.
  ///   - source: E, of the source's rows.
  package init?(_ score: AttentionScore, width: Int, source: Int, _ parameters: ParameterBuilder) {
    switch score {
    case .none: return nil
    case .additive:
      query = Linear(width, width, parameters.scope("query"))
      weight = parameters.add("weight", [width], .normal(1 / Double(width).squareRoot()))
    case .multiplicative: (query, weight) = (nil, nil)
    }
    key = Linear(source, width, parameters.scope("key"), bias: nil)
  }

  /// From the gradient of the contexts to those of the decoder's rows and of the source's.
  package typealias Back = (_ dContext: Matrix) -> (rows: Matrix, source: Matrix)

  /// - Parameters:
  ///   - h: [R, H], in the order of the pass.
  ///   - y: [S, E], in the order of `source`.
  ///   - source: the steps of the sources.
  ///   - places: for every sequence of the pass where its source stands in `source`, each once.
  /// - Returns: [R, E].
  package func forward(
    _ h: Matrix, over y: Matrix, _ source: PackedSteps, _ places: [Int32], _ pass: Pass
  ) -> (context: Matrix, pullback: Back) {
    let arena = pass.arena
    let (q, queryBack) = query?.forward(h, pass) ?? (h, { $0 })
    let (k, keyBack) = key.forward(y, pass)
    let (own, other) = (SequenceBlocks(pass.steps), SequenceBlocks(source))
    let (queries, keys, values) = (own.laid(q, arena), other.laid(k, arena), other.laid(y, arena))
    let spans = (0..<places.count).map { b in (own.rows(of: b), other.rows(of: Int(places[b]))) }
    let weights = spans.map { arena.matrix($0.count, $1.count) }
    let mixed = arena.matrix(h.rows, y.columns)
    for ((t, s), p) in zip(spans, weights) {
      scores(queries.rows(t), keys.rows(s), into: p, pass)
      Kernels.softmax(p)
      Kernels.multiply(p, values.rows(s), into: mixed.rows(t))
    }
    if spans.count == 1 { pass.inspection?.show(.attention, key.weight.name, weights[0]) }
    return (
      own.packed(mixed, arena),
      { dContext in
        let dMixed = own.laid(dContext, arena)
        let (dQueries, dKeys) = (arena.zeros(h.rows, q.columns), arena.zeros(y.rows, k.columns))
        let dValues = arena.matrix(y.rows, y.columns)
        for ((t, s), p) in zip(spans, weights) {
          let dp = arena.matrix(p.rows, p.columns)
          Kernels.multiply(p, dMixed.rows(t), .left, into: dValues.rows(s))
          Kernels.multiply(dMixed.rows(t), values.rows(s), .right, into: dp)
          Kernels.attentionSoftmaxBack(p, scale: 1, gradient: dp)
          scoresBack(queries.rows(t), keys.rows(s), dp, addQ: dQueries.rows(t), addK: dKeys.rows(s), pass)
        }
        let dSource = keyBack(other.packed(dKeys, arena))
        Kernels.add(other.packed(dValues, arena), to: dSource)
        return (queryBack(own.packed(dQueries, arena)), dSource)
      }
    )
  }

  private func scores(_ q: Matrix, _ k: Matrix, into scores: Matrix, _ pass: Pass) {
    guard let weight else { return Kernels.multiply(q, k, .right, into: scores) }
    Kernels.additiveScores(q, k, pass.value(weight), into: scores)
  }

  private func scoresBack(_ q: Matrix, _ k: Matrix, _ d: Matrix, addQ dq: Matrix, addK dk: Matrix, _ pass: Pass) {
    guard let weight else {
      Kernels.multiply(d, k, adding: true, into: dq)
      return Kernels.multiply(d, q, .left, adding: true, into: dk)
    }
    Kernels.additiveScoresBack(q, k, pass.value(weight), d, addQ: dq, addK: dk, addV: pass.gradient(weight))
  }
}

/// Step by step.
extension SourceAttention {
  /// Sources that were read once, and which of them every row of a stream looks at.
  package final class Memory {
    /// Rows of all sources, one source after the other.
    fileprivate let keys, values: Matrix
    fileprivate let blocks: SequenceBlocks
    /// For every row of the stream its source.
    package var sources: [Int32] = []
    /// [rows of the stream, steps of the longest source]: what the last step looked at; of shorter sources the first columns count.
    package fileprivate(set) var weights: Matrix?

    fileprivate init(keys: Matrix, values: Matrix, _ blocks: SequenceBlocks) {
      (self.keys, self.values, self.blocks) = (keys, values, blocks)
    }

    /// What the last step of a row looked at, a weight a row of its source.
    package func weights(of row: Int) -> [Float] {
      let count = blocks.rows(of: Int(sources[row])).count
      return weights?.rows(row..<row + 1).columns(0..<count).array ?? []
    }
  }

  /// What is looked at again and again.
  ///
  /// - Parameters:
  ///   - y: [S, E], in the order of the pass.
  ///   - pass: that of the sources, in evaluation; its memory must outlive the result.
  package func memory(of y: Matrix, _ pass: Pass) -> Memory {
    let blocks = SequenceBlocks(pass.steps)
    let keys = blocks.laid(key.forward(y, pass).output, pass.arena)
    return Memory(keys: keys, values: blocks.laid(y, pass.arena), blocks)
  }

  /// From h [N, H] to contexts [N, E]; `memory.sources` says which source each row has, and may change between steps.
  package func stream(_ h: Matrix, over memory: Memory, _ pass: Pass) -> SequenceStream {
    let queries = query?.stream(h, pass) ?? .identity(h, pass)
    let longest = memory.blocks.longest
    let (context, weights) = (pass.arena.matrix(h.rows, contextWidth), pass.arena.matrix(h.rows, longest))
    return queries.then { q in
      SequenceStream(q, context, [], pass) {
        memory.weights = weights
        for row in 0..<q.rows {
          let (own, s) = (row..<row + 1, memory.blocks.rows(of: Int(memory.sources[row])))
          let p = weights.rows(own).columns(0..<s.count)
          scores(q.rows(own), memory.keys.rows(s), into: p, pass)
          Kernels.softmax(p)
          Kernels.multiply(p, memory.values.rows(s), into: context.rows(own))
        }
      }
    }
  }
}
