import UnrollKernels
import UnrollTraining

/// Linear-chain conditional random fields of the reference cases.
extension Parity {
  static func conditionalRandomField(_ reference: ReferenceCase) throws -> [Comparison] {
    let shape = try reference.sizes("emissions", dimensions: 3)
    let (length, classes) = (shape[0], shape[2])
    let (packed, arena) = (try reference.batch(length, shape[1]), Arena())
    func matrix(_ name: String, _ shape: [Int]) throws -> Matrix {
      let matrix = arena.matrix(shape.dropLast().reduce(1, *), shape.last!)
      matrix.assign(try reference.values(name, shape))
      return matrix
    }
    func rows(_ values: [Float], _ width: Int) -> Matrix {
      let matrix = arena.matrix(packed.steps.rows, width)
      packed.pack(values, width: width, into: matrix)
      return matrix
    }
    func bySequence(_ values: [Double]) -> [Float] {
      let column = arena.matrix(values.count, 1)
      column.assign(values.map { Float($0) })
      return packed.restore(column)
    }
    let field = LabelTransitions(
      transitions: try matrix("transitions", [classes, classes]), start: try matrix("start_transitions", [classes]),
      end: try matrix("end_transitions", [classes]))
    let gradient = LabelTransitions(
      transitions: arena.zeros(classes, classes), start: arena.zeros(1, classes), end: arena.zeros(1, classes))
    let emissions = rows(try reference.values("emissions", shape), classes)
    let tags = try reference.integers("tags", [length, shape[1]]) { (0..<classes).contains($0) }
    let labels = rows(tags.map(Float.init), 1).array.map { Int32($0) }
    let (sums, marginals) = (arena.matrix(emissions.rows, classes), arena.zeros(emissions.rows, classes))
    // Beyond a sequence's length −1 stands, where `unpack` leaves zero.
    let best = arena.matrix(emissions.rows, 1)
    best.assign(Kernels.bestLabels(packed.steps, emissions: emissions, field, sums: sums).map { Float($0 + 1) })
    let all = Kernels.logPartition(packed.steps, emissions: emissions, field, sums: sums)
    // A case has the gradients of emissions for each of its two losses, Σ log-partition and Σ log-likelihood, but those of
    // transitions for both together: they were read when both ways back had been added up.
    Kernels.addLabelMarginals(
      packed.steps, sums: sums, field, factor: 1, to: marginals, gradient: gradient, arena: arena)
    let losses = Kernels.labelSequenceLoss(
      packed.steps, emissions: emissions, labels: labels, field, weight: -1, arena: arena, addTo: gradient)
    return try [
      reference.compare("log_partition", bySequence(all)),
      reference.compare("log_likelihood", bySequence(losses.map { -$0 })),
      reference.compare("marginals", packed.unpack(marginals, steps: length)),
      reference.compare("viterbi", packed.unpack(best, steps: length).map { $0 - 1 }),
      reference.compare("grad.emissions", packed.unpack(emissions, steps: length)),
      reference.compare("grad.start_transitions", gradient.start.array),
      reference.compare("grad.end_transitions", gradient.end.array),
    ]
      // Without a second step there is none.
      + (reference.has("grad.transitions") ? [reference.compare("grad.transitions", gradient.transitions.array)] : [])
  }
}
