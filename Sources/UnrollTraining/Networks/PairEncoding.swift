import UnrollCore
import UnrollKernels
import UnrollLayers

/// How a premise and a hypothesis are read, and become one vector.
public enum PairEncoding: String, CaseIterable, Sendable {
  /// Each by itself with the same encoder, then what is alike in both and what differs.
  case independent
  /// A second encoder reads the hypothesis from the state in which the first has left the premise (Rocktäschel et al. 2016).
  case conditional
  /// The same, and at every word of the hypothesis a look back at those of the premise (Rocktäschel et al. 2016).
  case attention

  /// - Throws: `InputError` for an encoder that leaves nothing, or only a count of steps, where a premise ends.
  package func check(_ encoder: any SequenceLayer, _ name: String) throws {
    guard self == .independent || encoder.slots.contains(where: \.carriesGradient) else {
      throw InputError(
        "backend \(name): it reads a text as a whole and carries no state from a premise to its hypothesis; use pair_encoding: \(PairEncoding.independent.rawValue)"
      )
    }
  }

  /// What makes one vector of two texts as the encoders have read them.
  func match(_ encoder: any SequenceLayer, _ parameters: ParameterBuilder) -> any PairMatch {
    switch self {
    case .independent: FeatureMatch(encoder.summaryWidth, parameters)
    case .conditional: ReadOn(width: encoder.summaryWidth)
    case .attention: AttentionMatch(encoder, parameters)
    }
  }
}

/// From what encoders made of premises and hypotheses to one vector a pair.
protocol PairMatch {
  /// Of the vector.
  var width: Int { get }
  /// Multiply-adds for a step of the hypothesis, and for one of the premise; what there is once a pair does not count.
  var multiplyAdds: (step: Int, row: Int) { get }

  /// - Parameters:
  ///   - premise: in the order of `source`.
  ///   - hypothesis: in that of the pass.
  /// - Returns: [B, width] in the order of the pass, and the way from its gradient to those of both.
  func forward(
    _ premise: SequenceOutput, _ hypothesis: SequenceOutput, _ source: BatchSource, _ pass: Pass
  ) -> (output: Matrix, pullback: (Matrix) -> (premise: SequenceGradient, hypothesis: SequenceGradient))
}

extension PairMatch {
  var multiplyAdds: (step: Int, row: Int) { (0, 0) }
}

/// tanh(W [u ; v ; |u − v| ; u ⊙ v] + b) of both summaries (a tanh layer over both: Bowman et al. 2015; what it reads: Mou et al. 2016).
private struct FeatureMatch: PairMatch {
  let map: Linear

  init(_ width: Int, _ parameters: ParameterBuilder) { map = Linear(4 * width, width, parameters) }

  var width: Int { map.outputWidth }

  func forward(
    _ premise: SequenceOutput, _ hypothesis: SequenceOutput, _ source: BatchSource, _ pass: Pass
  ) -> (output: Matrix, pullback: (Matrix) -> (premise: SequenceGradient, hypothesis: SequenceGradient)) {
    let arena = pass.arena
    let (u, v) = (source.outward(premise.summary, arena), hypothesis.summary)
    let features = arena.matrix(u.rows, map.inputWidth)
    Kernels.match(u, v, into: features)
    let (y, mapBack) = map.forward(features, pass)
    Kernels.tanh(y, into: y)
    return (
      y,
      { dy in
        let (d, du, dv) = (arena.matrix(y.rows, width), arena.matrix(u.rows, width), arena.matrix(v.rows, width))
        Kernels.tanhBack(y, dy, into: d)
        Kernels.matchBack(u, v, mapBack(d), into: du, dv)
        return (SequenceGradient(summary: source.inward(du, arena)), SequenceGradient(summary: dv))
      }
    )
  }
}

/// The summary of the hypothesis alone, whose reader has been told of the premise.
private struct ReadOn: PairMatch {
  let width: Int

  func forward(
    _ premise: SequenceOutput, _ hypothesis: SequenceOutput, _ source: BatchSource, _ pass: Pass
  ) -> (output: Matrix, pullback: (Matrix) -> (premise: SequenceGradient, hypothesis: SequenceGradient)) {
    (hypothesis.summary, { (SequenceGradient(), SequenceGradient(summary: $0)) })
  }
}

/// tanh(W_p r_N + W_x h_N), with r_N what word-by-word attention has seen of the premise and h_N the summary of the hypothesis (Rocktäschel
/// et al. 2016, equations 11 to 16).
private struct AttentionMatch: PairMatch {
  let attention: WordByWordAttention
  let seen, last: Linear

  init(_ encoder: any SequenceLayer, _ parameters: ParameterBuilder) {
    let width = encoder.outputWidth
    attention = WordByWordAttention(width, parameters.scope("attention"))
    seen = Linear(width, width, parameters.scope("seen"), bias: nil)
    last = Linear(encoder.summaryWidth, width, parameters.scope("last"), bias: nil)
  }

  var width: Int { attention.width }
  var multiplyAdds: (step: Int, row: Int) { attention.multiplyAdds }

  func forward(
    _ premise: SequenceOutput, _ hypothesis: SequenceOutput, _ source: BatchSource, _ pass: Pass
  ) -> (output: Matrix, pullback: (Matrix) -> (premise: SequenceGradient, hypothesis: SequenceGradient)) {
    let others = OtherSequences(source.batch.steps, places: source.places)
    let (read, readBack) = attention.forward(hypothesis.rows, over: premise.rows, others, pass)
    let (y, seenBack) = seen.forward(read, pass)
    let (own, lastBack) = last.forward(hypothesis.summary, pass)
    Kernels.add(own, to: y)
    Kernels.tanh(y, into: y)
    return (
      y,
      { dy in
        let d = pass.arena.matrix(y.rows, width)
        Kernels.tanhBack(y, dy, into: d)
        let (dRows, dPremise) = readBack(seenBack(d))
        return (SequenceGradient(rows: dPremise), SequenceGradient(rows: dRows, summary: lastBack(d)))
      }
    )
  }
}
