/// A line that has its name where it ends.
struct NamedLine {
  let name: String
  let look: Look
  /// x, y and, where it has bars, half the length of y's; at least one. Nil ends a piece of the line.
  let rows: [[Double]?]
  /// Faint lines behind it, nil between two.
  var shadows: [[Double]?] = []
  /// Size of its marks.
  var marks = 0.7
  /// Whether its name has the mark of an edge where it ends beyond it.
  var saysEdge = false

  /// The points of the line.
  var points: [[Double]] { rows.compactMap(\.self) }

  fileprivate func end(_ y: Axis) -> LineEnd {
    let last = points[points.count - 1]
    let edge = !saysEdge ? "" : last[1] < y.low ? " ▾" : last[1] > y.high ? " ▴" : ""
    return LineEnd(name: name + edge, colour: look.colour, x: last[0], y: last[1])
  }

  /// Every point of a line with bars is marked, of others about eight are.
  fileprivate var plots: [Plot] {
    let hasBars = points[0].count > 2
    let line = Plot.line(rows, look, marks: marks, every: hasBars ? 1 : max(1, rows.count / 8), title: name)
    return hasBars ? [.bars(points, look), line] : [line]
  }
}

extension Panel {
  /// Lines with their names.
  ///
  /// - Parameter levels: dashed lines across, with their names.
  init(x: Axis, y: Axis, lines: [NamedLine], levels: [(value: Double, name: String)] = []) {
    let shadows = lines.filter { !$0.shadows.isEmpty }.map { Plot.shadow($0.shadows, $0.look) }
    let ends = lines.map { $0.end(y) } + levels.map { LineEnd(name: $0.name, colour: "black", x: x.high, y: $0.value) }
    self.init(
      x: x, y: y,
      plots: levels.map { .baseline(.level($0.value), title: $0.name) } + shadows + lines.flatMap(\.plots), ends: ends)
  }
}
