import CLibrary
import TestSupport
import Testing
import UnrollKernels

/// Conditional random fields against sums over every label sequence, in double precision.
@Suite struct ConditionalRandomFieldTests {
  private let classes = 3
  private let steps = PackedSteps(lengths: [5, 3, 3, 1])
  private let pool = Pool(seed: 3)
  private let emissions: Matrix
  private let field: LabelTransitions

  init() {
    emissions = pool.normal(steps.rows, classes)
    field = LabelTransitions(
      transitions: pool.normal(classes, classes), start: pool.normal(1, classes), end: pool.normal(1, classes))
    // What can never follow what, and never begin.
    field.transitions[2, 1] = -10_000
    field.start[0, 1] = -10_000
  }

  /// Given, given, any, …; the last sequence has none.
  private let partLabels: [Int32] = {
    let any = Kernels.ignoredTarget
    return [0, 2, any, any, 0, any, 0, 2, any, 2, 0, any]
  }()

  private func empty() -> LabelTransitions {
    LabelTransitions(
      transitions: pool.matrix(classes, classes), start: pool.matrix(1, classes), end: pool.matrix(1, classes))
  }

  private func row(_ t: Int, _ b: Int) -> Int { Int(steps.offset[t]) + b }

  private func score(_ path: [Int], _ b: Int) -> Double {
    path.indices.reduce(field.start.at(0, path[0]) + field.end.at(0, path.last!)) { score, t in
      score + emissions.at(row(t, b), path[t]) + (t > 0 ? field.transitions.at(path[t - 1], path[t]) : 0)
    }
  }

  /// Every path of a sequence that keeps to `labels`.
  private func paths(_ b: Int, _ labels: [Int32]? = nil) -> [[Int]] {
    (0..<Int(steps.lengths[b])).reduce([[]]) { paths, t in
      let wanted = labels?[row(t, b)] ?? Kernels.ignoredTarget
      return paths.flatMap { path in
        (0..<classes).filter { wanted == Kernels.ignoredTarget || Int(wanted) == $0 }.map { path + [$0] }
      }
    }
  }

  private func logPartition(_ b: Int, _ labels: [Int32]? = nil) -> Double {
    let scores = paths(b, labels).map { score($0, b) }
    let top = scores.max()!
    return top + log(scores.reduce(0) { $0 + exp($1 - top) })
  }

  @Test(arguments: [false, true]) func sumsOverAllPaths(_ partly: Bool) {
    let labels = partly ? partLabels : nil
    let sums = pool.matrix(steps.rows, classes)
    let found = Kernels.logPartition(steps, emissions: emissions, labels: labels, field, sums: sums)
    for b in 0..<steps.sequences { #expect(abs(found[b] - logPartition(b, labels)) < 1e-5) }
  }

  @Test func bestOfAllPaths() {
    let best = Kernels.bestLabels(steps, emissions: emissions, field, sums: pool.matrix(steps.rows, classes))
    for b in 0..<steps.sequences {
      let own = (0..<Int(steps.lengths[b])).map { Int(best[row($0, b)]) }
      #expect(own == paths(b).max { score($0, b) < score($1, b) })
    }
  }

  /// Labels and pairs of labels against the probabilities of paths.
  @Test func marginalsAreProbabilities() {
    let (sums, marginals, gradient) = (pool.matrix(steps.rows, classes), pool.matrix(steps.rows, classes), empty())
    let partition = Kernels.logPartition(steps, emissions: emissions, field, sums: sums)
    Kernels.addLabelMarginals(
      steps, sums: sums, field, factor: 2, to: marginals, gradient: gradient, arena: pool.arena)
    var rows = [Double](repeating: 0, count: marginals.count)
    var (pairs, first, last) = ([Double](repeating: 0, count: 9), [0.0, 0, 0], [0.0, 0, 0])
    for b in 0..<steps.sequences {
      for path in paths(b) {
        let p = 2 * exp(score(path, b) - partition[b])
        for (t, label) in path.enumerated() {
          rows[row(t, b) * classes + label] += p
          if t > 0 { pairs[path[t - 1] * classes + label] += p }
        }
        first[path[0]] += p
        last[path.last!] += p
      }
    }
    #expect(distance(marginals.array, rows) < 1e-5 && distance(gradient.transitions.array, pairs) < 1e-5)
    #expect(distance(gradient.start.array, first) < 1e-5 && distance(gradient.end.array, last) < 1e-5)
    let alone = pool.matrix(steps.rows, classes)
    Kernels.addLabelMarginals(steps, sums: sums, field, factor: 2, to: alone, gradient: nil, arena: pool.arena)
    #expect(alone.array == marginals.array)
  }

  /// The loss's gradient against differences of sums over all paths, with rows whose label is not given.
  @Test func lossAndItsGradient() {
    let (labels, gradient) = (partLabels, empty())
    let expected = (0..<steps.sequences).map { logPartition($0) - logPartition($0, labels) }
    func slopes(_ values: Matrix) -> [Double] {
      (0..<values.count).map { place in
        let (i, j) = (place / values.columns, place % values.columns)
        let before = values[i, j]
        defer { values[i, j] = before }
        return derivative(1.0 / 64) { step in
          values[i, j] = before + Float(step)
          return 0.5 * (0..<steps.sequences).reduce(0) { $0 + logPartition($1) - logPartition($1, labels) }
        }
      }
    }
    let wanted = [emissions, field.transitions, field.start, field.end].map(slopes)
    let found = Kernels.labelSequenceLoss(
      steps, emissions: emissions, labels: labels, field, weight: 0.5, arena: pool.arena, addTo: gradient)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 } && found[3] == 0)
    for (ours, theirs) in zip([emissions, gradient.transitions, gradient.start, gradient.end], wanted) {
      #expect(distance(ours.array, theirs) < 1e-4)
    }
    #expect((0..<classes).allSatisfy { emissions[3, $0] == 0 })
  }

  /// Many steps lose no digits, and labels that break a rule are costly, not infinite.
  @Test func longSequence() {
    let steps = PackedSteps(lengths: [3000, 1])
    let emissions = pool.normal(steps.rows, classes, deviation: 3)
    var ways = (0..<classes).map { field.start.at(0, $0) + emissions.at(0, $0) }
    for t in 1..<3000 {
      ways = (0..<classes).map { next in
        let terms = (0..<classes).map { ways[$0] + field.transitions.at($0, next) }
        let top = terms.max()!
        return top + log(terms.reduce(0) { $0 + exp($1 - top) }) + emissions.at(Int(steps.offset[t]), next)
      }
    }
    let ends = (0..<classes).map { ways[$0] + field.end.at(0, $0) }
    let exact = ends.max()! + log(ends.reduce(0) { $0 + exp($1 - ends.max()!) })
    let sums = pool.matrix(steps.rows, classes)
    let found = Kernels.logPartition(steps, emissions: emissions, field, sums: sums)[0]
    #expect(abs(found - exact) < 1e-6 * exact)
    var labels = [Int32](repeating: 0, count: steps.rows)
    (labels[Int(steps.offset[7])], labels[Int(steps.offset[8])]) = (2, 1)
    let losses = Kernels.labelSequenceLoss(
      steps, emissions: emissions, labels: labels, field, weight: 1, arena: pool.arena, addTo: empty())
    #expect(losses[0] > 10_000 && losses[0] < 60_000 && emissions.array.allSatisfy(\.isFinite))
  }

  /// What is no number is seen in the loss of its sequence and has no label.
  @Test(arguments: [Float.nan, .infinity]) func notFinite(_ bad: Float) {
    emissions[row(1, 1), 2] = bad
    let sums = pool.matrix(steps.rows, classes)
    let best = Kernels.bestLabels(steps, emissions: emissions, field, sums: sums)
    #expect((0..<steps.rows).allSatisfy { (best[$0] == -1) == ($0 == row(1, 1)) })
    let found = Kernels.logPartition(steps, emissions: emissions, field, sums: sums)
    #expect(found.map(\.isFinite) == [true, false, true, true])
  }
}

#if compiler(>=6.2)
  extension KernelShapeTests {
    @Test func rowsOfLabels() async {
      await #expect(processExitsWith: .failure) {
        let (pool, steps) = (Pool(), PackedSteps(lengths: [2, 1]))
        let field = LabelTransitions(
          transitions: pool.matrix(3, 3), start: pool.matrix(1, 3), end: pool.matrix(1, 3))
        let (emissions, sums) = (pool.matrix(3, 3), pool.matrix(3, 3))
        _ = Kernels.logPartition(steps, emissions: emissions, labels: [0, 3, 0], field, sums: sums)
      }
    }
  }
#endif
