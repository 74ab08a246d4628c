import UnrollCore
import UnrollTraining

extension Diagnosis {
  /// Draws it into a folder: how far gradients reach, Jacobians, kernels, attention, as far as there is something of each.
  ///
  /// - Returns: the paths of the drawings.
  /// - Throws: `InputError` where gnuplot is missing or complains, or nothing can be written.
  package func draw(into folder: String) throws -> [String] {
    try Files.makeFolder(folder)
    return try figures.map { figure in
      let path = "\(folder)/\(figure.name).svg"
      try Files.write(figure.svg(), to: path)
      return path
    }
  }

  var figures: [Figure] {
    [
      figure(
        "gradients", "Share of the gradient of the loss that reaches what entered a step so many steps before",
        "steps before the loss", "share of the gradient", gradients.map { ($0.name, $0.shares) }),
      jacobian.flatMap { jacobian in
        figure(
          "jacobians", "Largest singular value of the Jacobian of the state over so many steps", "steps",
          "largest singular value", [("state", jacobian.singularValues)], at: jacobian.distances)
      },
      figure(
        "kernels", "Size of the convolution kernels by lag", "lag", "size", kernels.map { ($0.name, $0.norms) }),
      figure(
        "attention", "What the last step attends to", "steps before the last", "weight",
        attention.map { ($0.name, $0.weights) }),
    ].compactMap { $0 }
  }

  /// Pairs of a distance and a value. A value of zero has no place on a logarithmic axis.
  private static func rows(_ values: [Double], _ distances: [Int]?) -> [[Double]] {
    zip(distances ?? Array(values.indices), values).filter { $1 >= 1 / Axis.limit && Axis.holds($1) }
      .map { [Double($0), $1] }
  }

  /// Lines over distances, or over those that are given; nil without any.
  private func figure(
    _ name: String, _ title: String, _ x: String, _ y: String, _ lines: [(name: String, values: [Double])],
    at distances: [Int]? = nil
  ) -> Figure? {
    let drawn = lines.map { (name: $0.name, rows: Diagnosis.rows($0.values, distances)) }.filter { !$0.rows.isEmpty }
    let all = drawn.flatMap(\.rows)
    guard !all.isEmpty else { return nil }
    let panel = Panel(
      x: Axis(x, holding: all.map { $0[0] }), y: Axis(y, holding: all.map { $0[1] }, logarithmic: true),
      plots: drawn.enumerated().map { index, line in
        .line(line.rows, Look(index: index), marks: 0.7, every: max(1, line.rows.count / 8), title: line.name)
      })
    return Figure(name: name, title: title, script: Panel.script([panel]))
  }
}
