import CUnroll

/// What a linear-chain conditional random field knows beside the scores of each row: a label behind another, first, last.
///
/// score(y) = start[y₁] + Σ emissions_t[y_t] + Σ transitions[y_{t−1}][y_t] + end[y_T] (Lafferty, McCallum & Pereira 2001).
/// What is forbidden has a large negative score, as −10,000.
package struct LabelTransitions {
  /// [K, K]: from the row's label to the column's.
  package let transitions: Matrix
  /// [1, K]
  package let start: Matrix
  /// [1, K]
  package let end: Matrix

  package init(transitions: Matrix, start: Matrix, end: Matrix) {
    let classes = transitions.columns
    precondition(transitions.rows == classes && start.count == classes && end.count == classes)
    precondition(transitions.isContiguous && start.isContiguous && end.isContiguous)
    (self.transitions, self.start, self.end) = (transitions, start, end)
  }

  /// K
  package var classes: Int { transitions.columns }

  fileprivate var raw: un_crf { un_crf(transitions: transitions.base, start: start.base, end: end.base) }
  fileprivate var rawBack: un_crf_back {
    un_crf_back(add_transitions: transitions.base, add_start: start.base, add_end: end.base)
  }
}

extension Kernels {
  /// −log p(labels) of every sequence, nats; the emissions [R,K] become the gradient of `weight` × their sum.
  ///
  /// Rows whose label is `ignoredTarget` are summed over: p is then that of all label sequences which have the others.
  ///
  /// - Parameters:
  ///   - labels: [R].
  ///   - gradient: added to.
  /// - Returns: B losses, 0 for a sequence without any label.
  package static func labelSequenceLoss(
    _ steps: PackedSteps, emissions: Matrix, labels: [Int32], _ field: LabelTransitions, weight: Float, arena: Arena,
    addTo gradient: LabelTransitions
  ) -> [Double] {
    let (free, given) = (arena.matrix(emissions.rows, field.classes), arena.matrix(emissions.rows, field.classes))
    let all = logPartition(steps, emissions: emissions, field, sums: free)
    let own = logPartition(steps, emissions: emissions, labels: labels, field, sums: given)
    emissions.fill(0)
    addLabelMarginals(
      steps, sums: free, field, factor: weight, to: emissions, gradient: gradient, arena: arena)
    addLabelMarginals(
      steps, sums: given, field, factor: -weight, to: emissions, gradient: gradient, arena: arena)
    return zip(all, own).map(-)
  }

  /// log Σ exp(score) over all label sequences, or over those that have `labels`; one value a sequence, nats.
  ///
  /// Cost: K² exponentials a row, K where its label is given.
  ///
  /// - Parameters:
  ///   - emissions: [R,K].
  ///   - labels: [R], `ignoredTarget` where any may stand; nil: any everywhere.
  ///   - sums: [R,K], written: what `addLabelMarginals` needs.
  package static func logPartition(
    _ steps: PackedSteps, emissions: Matrix, labels: [Int32]? = nil, _ field: LabelTransitions, sums: Matrix
  ) -> [Double] {
    checkRows(steps, field, emissions, sums)
    precondition(labels?.count ?? steps.rows == steps.rows)
    precondition(labels?.allSatisfy { $0 == ignoredTarget || (0..<Int32(field.classes)).contains($0) } ?? true)
    var found = [Double](repeating: 0, count: steps.sequences)
    var raw = field.raw
    steps.withRaw { un_crf_sums($0, field.classes, emissions.base, labels, &raw, sums.base, &found) }
    return found
  }

  /// Adds `factor` × the probabilities of labels, and of pairs of labels: the gradient of `factor` × log-partition.
  ///
  /// - Parameters:
  ///   - sums: [R,K], of `logPartition`.
  ///   - marginals: [R,K], added to.
  ///   - gradient: added to where there is one.
  package static func addLabelMarginals(
    _ steps: PackedSteps, sums: Matrix, _ field: LabelTransitions, factor: Float, to marginals: Matrix,
    gradient: LabelTransitions?, arena: Arena
  ) {
    checkRows(steps, field, sums, marginals)
    precondition(gradient?.classes ?? field.classes == field.classes)
    let scratch = arena.matrix(steps.sequences + 2, field.classes)
    var (raw, rawBack) = (field.raw, gradient?.rawBack ?? un_crf_back())
    steps.withRaw { steps in
      withUnsafePointer(to: &rawBack) { back in
        un_crf_marginals(
          steps, field.classes, sums.base, &raw, factor, marginals.base, gradient == nil ? nil : back, scratch.base)
      }
    }
  }

  /// The label sequence with the largest score (Viterbi 1967), [R]; of equal ones the first, −1 where an emission is not
  /// finite.
  ///
  /// Cost: K² additions and comparisons a row.
  ///
  /// - Parameters:
  ///   - emissions: [R,K].
  ///   - sums: [R,K], written.
  package static func bestLabels(
    _ steps: PackedSteps, emissions: Matrix, _ field: LabelTransitions, sums: Matrix
  ) -> [Int32] {
    checkRows(steps, field, emissions, sums)
    var labels = [Int32](repeating: 0, count: steps.rows)
    var raw = field.raw
    steps.withRaw { un_crf_best($0, field.classes, emissions.base, &raw, sums.base, &labels) }
    return labels
  }

  private static func checkRows(_ steps: PackedSteps, _ field: LabelTransitions, _ x: Matrix, _ y: Matrix) {
    precondition(x.rows == steps.rows && x.columns == field.classes && dense(x, y))
  }
}
