import UnrollCore
import UnrollKernels
import UnrollLayers

/// Options of the conditional random field.
public struct ConditionalRandomFieldHeadOptions: HeadOptions {
  /// Which label may follow which.
  public enum Transitions: String, CaseIterable, Sendable {
    /// What the labels' scheme (BIO, IOB1, BIOES) allows, and what training has in spite of it; all of labels without a scheme.
    case scheme
    /// Any label after any.
    case all
  }

  public static let name = "crf"
  public static let summary =
    "the labels of a sequence chosen together: a linear-chain conditional random field (Lafferty et al. 2001; Huang et al. 2015)"
  public static let table: [OptionKey<ConditionalRandomFieldHeadOptions>] = [
    OptionKey(
      "transitions", \.transitions,
      "which label may follow which; scheme: what BIO, IOB1 or BIOES labels allow, or training has")
  ]

  /// What may not follow has no probability, neither in training nor in prediction.
  public var transitions = Transitions.scheme

  public init() {}

  public static func fits(_ reading: Reading) -> Bool { reading == .everyStep }

  public func make(_ width: Int, _ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Head {
    ConditionalRandomFieldHead(
      width, classes: recipe.data.outputs, transitions == .scheme ? recipe.data.spanRules : nil, parameters)
  }
}

/// A class for every step, chosen together: a linear-chain conditional random field over W h + b (Lafferty, McCallum & Pereira 2001;
/// on top of a recurrent network: Huang, Xu & Yu 2015). Loss: −log p(labels of the sequence); steps without a label are summed over.
package struct ConditionalRandomFieldHead: Head {
  private let map: Linear
  private let transitions: Parameter
  private let (start, end): (Parameter, Parameter)
  private let rules: SpanRules?

  /// Far below every score, and small enough to be added to others.
  static let forbidden: Float = -10_000

  init(_ width: Int, classes: Int, _ rules: SpanRules?, _ parameters: ParameterBuilder) {
    map = Linear(width, classes, parameters)
    transitions = parameters.add("transitions", [classes, classes], .uniform(0.1))
    start = parameters.add("start_transitions", [classes], .uniform(0.1))
    end = parameters.add("end_transitions", [classes], .uniform(0.1))
    self.rules = rules
  }

  package var multiplyAdds: Int { map.multiplyAdds + transitions.count }

  package func loss(
    _ x: Matrix, _ batch: Batch, weight: Float, _ pass: Pass
  ) -> (sums: LossSums, pullback: () -> Matrix) {
    let (emissions, mapBack) = map.forward(x, pass)
    let gradient = LabelTransitions(
      transitions: pass.gradient(transitions), start: pass.gradient(start), end: pass.gradient(end))
    // From here on the emissions are their gradient.
    let losses = Kernels.labelSequenceLoss(
      batch.steps, emissions: emissions, labels: batch.targets, field(pass), weight: weight, arena: pass.arena,
      addTo: gradient)
    return (sums(losses, batch), { mapBack(emissions) })
  }

  /// Of a sequence the loss stands with its first label that counts.
  package func predict(_ x: Matrix, _ batch: Batch, _ pass: Pass) -> Prediction {
    let (emissions, field, steps) = (map.forward(x, pass).output, field(pass), batch.steps)
    func rows() -> Matrix { pass.arena.matrix(emissions.rows, emissions.columns) }
    let free = rows()
    let all = Kernels.logPartition(steps, emissions: emissions, field, sums: free)
    let own = Kernels.logPartition(steps, emissions: emissions, labels: batch.targets, field, sums: rows())
    let losses = zip(all, own).map(-)
    var ofRow = [Float](repeating: 0, count: emissions.rows)
    var waiting = losses.map { Float($0) }
    for (row, sequence) in steps.sequenceOfRow.enumerated() where batch.targets[row] != Kernels.ignoredTarget {
      ofRow[row] = waiting[Int(sequence)]
      waiting[Int(sequence)] = 0
    }
    let best = Kernels.bestLabels(steps, emissions: emissions, field, sums: rows())
    return Prediction(sums: sums(losses, batch), classes: best, losses: ofRow) {
      let marginals = pass.arena.zeros(emissions.rows, emissions.columns)
      Kernels.addLabelMarginals(
        steps, sums: free, field, factor: 1, to: marginals, gradient: nil, arena: pass.arena)
      return marginals
    }
  }

  /// The scores of the rows alone: what comes after a step may still change its best label.
  package func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream { map.stream(x, pass) }

  private func sums(_ losses: [Double], _ batch: Batch) -> LossSums {
    LossSums(loss: losses.reduce(0, +), count: batch.targets.count { $0 != Kernels.ignoredTarget })
  }

  /// What is learnt, and far below it what the rules of the labels forbid.
  private func field(_ pass: Pass) -> LabelTransitions {
    func scores(_ parameter: Parameter, _ allowed: [Bool]?) -> Matrix {
      guard let allowed else { return pass.value(parameter) }
      let scores = pass.arena.copy(pass.value(parameter))
      for (index, isAllowed) in allowed.enumerated() where !isAllowed {
        scores[index / scores.columns, index % scores.columns] += ConditionalRandomFieldHead.forbidden
      }
      return scores
    }
    return LabelTransitions(
      transitions: scores(transitions, rules?.transitions), start: scores(start, rules?.starts),
      end: scores(end, rules?.ends))
  }
}
