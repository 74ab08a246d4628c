/// A line that has its name where it ends.
struct NamedLine {
  let name: String
  let look: Look
  /// Pairs of x and y, at least one.
  let rows: [[Double]]
  /// Faint lines behind it, nil between two.
  var shadows: [[Double]?] = []

  fileprivate var end: LineEnd { LineEnd(name: name, colour: look.colour, x: rows.last![0], y: rows.last![1]) }
}

extension Panel {
  /// Lines with about eight marks each.
  ///
  /// - Parameter levels: dashed lines across, with their names.
  init(x: Axis, y: Axis, lines: [NamedLine], levels: [(value: Double, name: String)] = []) {
    let shadows = lines.filter { !$0.shadows.isEmpty }.map { Plot.shadow($0.shadows, $0.look) }
    let strong = lines.map { line in
      Plot.line(line.rows, line.look, marks: 0.7, every: max(1, line.rows.count / 8), title: line.name)
    }
    let ends = lines.map(\.end) + levels.map { LineEnd(name: $0.name, colour: "black", x: x.high, y: $0.value) }
    self.init(
      x: x, y: y, plots: levels.map { .baseline(.level($0.value), title: $0.name) } + shadows + strong,
      ends: ends)
  }
}
