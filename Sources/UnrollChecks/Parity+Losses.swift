import UnrollKernels

/// Losses of the reference cases: means over what counts, or sums where the metadata's `reduction` says so.
extension Parity {
  static func crossEntropy(_ reference: ReferenceCase) throws -> [Comparison] {
    let shape = try reference.sizes("logits", dimensions: 3)
    let classes = shape[2]
    let targets = try reference.integers("targets", [shape[0], shape[1]]) {
      $0 == Kernels.ignoredTarget || (0..<classes).contains($0)
    }.map(Int32.init)
    let (arena, summed) = (Arena(), reference.option("reduction") == "sum")
    let rows = arena.matrix(targets.count, classes)
    rows.assign(try reference.values("logits", shape))
    let weight = summed ? 1 : 1 / Float(targets.count { $0 != Kernels.ignoredTarget })
    let plain = reference.option("label_smoothing").isEmpty && !reference.has("class_weights")
    let smoothing = plain ? 0 : Float(try reference.number("label_smoothing", in: 0...1))
    let classWeights = reference.has("class_weights") ? try reference.values("class_weights", [classes]) : nil
    let (evaluated, _) = Kernels.evaluateLogits(rows, targets: targets)
    let sums = Kernels.softmaxLoss(
      rows, targets: targets, weight: weight, smoothing: smoothing, classWeights: classWeights)
    return try (plain ? [sums, evaluated] : [sums]).map {
      try reference.compare("loss", [Float(summed ? $0.loss : $0.mean)])
    } + [reference.compare("grad.logits", rows.array)]
  }

  static func bernoulli(_ reference: ReferenceCase) throws -> [Comparison] {
    try compare(reference, "logits") {
      Kernels.evaluateBernoulli($0, targets: $1, losses: $2)
    } training: {
      Kernels.bernoulliLoss($0, targets: $1, weight: 1)
    }
  }

  static func squaredError(_ reference: ReferenceCase) throws -> [Comparison] {
    try compare(reference, "outputs") {
      Kernels.evaluateSquared($0, targets: $1, losses: $2)
    } training: {
      Kernels.squaredLoss($0, targets: $1, weight: 1)
    }
  }

  /// The sum, those of the rows, and the gradient of a loss of outputs [R,K] against targets [R,K].
  private static func compare(
    _ reference: ReferenceCase, _ outputs: String, evaluating: (Matrix, Matrix, Matrix) -> LossSums,
    training: (Matrix, Matrix) -> LossSums
  ) throws -> [Comparison] {
    let shape = try reference.sizes(outputs, dimensions: 2)
    let arena = Arena()
    let (rows, targets) = (arena.matrix(shape[0], shape[1]), arena.matrix(shape[0], shape[1]))
    rows.assign(try reference.values(outputs, shape))
    targets.assign(try reference.values("targets", shape))
    let losses = arena.matrix(shape[0], 1)
    let evaluated = evaluating(rows, targets, losses)
    let trained = training(rows, targets)
    return [
      try reference.compare("loss", [Float(evaluated.loss)]), try reference.compare("loss", [Float(trained.loss)]),
      try reference.compare("losses", losses.array), try reference.compare("grad.\(outputs)", rows.array),
    ]
  }
}
