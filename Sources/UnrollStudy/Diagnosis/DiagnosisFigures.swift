import UnrollCore
import UnrollTraining

extension Diagnosis {
  /// Draws it into a folder: how far gradients reach, Jacobians, kernels, attention, as far as there is something of each.
  ///
  /// - Returns: the paths of the drawings.
  /// - Throws: `InputError` where gnuplot is missing or complains, or nothing can be written.
  package func draw(into folder: String) throws -> [String] { try Diagnosis.draw(figures, folder) }

  fileprivate static func draw(_ figures: [Figure], _ folder: String) throws -> [String] {
    try Files.makeFolder(folder)
    return try figures.map { figure in
      let path = "\(folder)/\(figure.name).svg"
      try Files.write(figure.svg(), to: path)
      return path
    }
  }

  var figures: [Figure] {
    ([
      figure(
        "gradients", Diagnosis.gradientTitle, "steps before the loss", "share of the gradient",
        gradients.map { ($0.name, $0.shares) }, levels: [(1, "unchanged"), (GradientReach.threshold, "1 %")]),
      figure(
        "attention", Diagnosis.attentionTitle, "steps before the last", "weight",
        attention.map { ($0.name, $0.weights) }),
    ] + stateFigures).compactMap { $0 }
  }

  fileprivate static let gradientTitle =
    "Share of the gradient of the loss that reaches what entered a step so many steps before"
  fileprivate static let attentionTitle = "What the last step attends to"

  /// Those that know no tokens.
  fileprivate var stateFigures: [Figure?] {
    [
      jacobian.flatMap { jacobian in
        figure(
          "jacobians", "Largest singular value of the Jacobian of the state over so many steps", "steps",
          "largest singular value", [("state", jacobian.singularValues)], at: jacobian.distances,
          levels: [(1, "unchanged")])
      },
      figure("kernels", "Size of the convolution kernels by lag", "lag", "size", kernels.map { ($0.name, $0.norms) }),
    ]
  }

  /// Pairs of a distance and a value. A value of zero has no place on a logarithmic axis.
  private static func rows(_ values: [Double], _ distances: [Int]?) -> [[Double]] {
    zip(distances ?? Array(values.indices), values).filter { $1 >= 1 / Axis.limit && Axis.holds($1) }
      .map { [Double($0), $1] }
  }

  /// Lines over distances, or over those that are given; nil without any.
  private func figure(
    _ name: String, _ title: String, _ x: String, _ y: String, _ lines: [(name: String, values: [Double])],
    at distances: [Int]? = nil, levels: [(value: Double, name: String)] = []
  ) -> Figure? {
    let drawn = lines.enumerated().map { index, line in
      NamedLine(name: line.name, look: Look(index: index), rows: Diagnosis.rows(line.values, distances))
    }.filter { !$0.rows.isEmpty }
    guard !drawn.isEmpty else { return nil }
    let panel = Panel(
      x: Axis(x, holding: drawn.flatMap(\.points).map { $0[0] }),
      y: Axis(y, holding: drawn.flatMap(\.points).map { $0[1] } + levels.map(\.value), logarithmic: true),
      lines: drawn, levels: levels)
    return Figure(name: name, title: title + ", logarithmic", script: Panel.script([panel]))
  }
}

extension TextDiagnosis {
  /// As `Diagnosis.draw`, gradients and attention token by token.
  package func draw(into folder: String) throws -> [String] { try Diagnosis.draw(figures, folder) }

  /// Rows of a figure, at most; of longer texts there are steps in the place of tokens.
  private static let most = 120

  var figures: [Figure] {
    guard tokens.count <= TextDiagnosis.most else { return diagnosis.figures }
    return
      ([
        figure(
          "gradients", Diagnosis.gradientTitle + ", token by token, logarithmic", "share of the gradient",
          diagnosis.gradients.map { ($0.name, $0.shares) }, logarithmic: true),
        figure(
          "attention", Diagnosis.attentionTitle + ", token by token", "weight",
          diagnosis.attention.map { ($0.name, $0.weights) }, logarithmic: false),
      ] + diagnosis.stateFigures).compactMap { $0 }
  }

  /// A row a token, a panel a name; nil without any.
  private func figure(
    _ name: String, _ title: String, _ label: String, _ lines: [(name: String, values: [Double])], logarithmic: Bool
  ) -> Figure? {
    let drawn = lines.map { line in
      let rows = line.values.enumerated().map { distance, value in
        [value, -Double(tokens.count - 1 - distance)]
      }
      return (name: line.name, rows: rows.filter { !logarithmic || $0[0] >= 1 / Axis.limit })
    }.filter { !$0.rows.isEmpty }
    guard !drawn.isEmpty else { return nil }
    let all = drawn.flatMap(\.rows).map { $0[0] }
    let x = Axis(label, holding: logarithmic ? all : all + [0], logarithmic: logarithmic, within: 0...1)
    let panels = drawn.enumerated().map { index, line in
      Panel(x: x, y: Axis(names: shown), plots: [.line(line.rows, Look(index: 0), marks: 0.6, title: line.name)])
    }
    return Figure(name: name, title: title, script: Panel.rows(panels, titles: drawn.map(\.name), perLine: 4))
  }
}
