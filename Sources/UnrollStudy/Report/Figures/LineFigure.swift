import UnrollCore

/// A figure of lines from a description in JSON, in the style of the reports: for what scripts have measured.
///
/// All axes are logarithmic. A panel's lines have their looks by their index in `legend`.
package struct LineFigure: Decodable, Sendable {
  package struct Line: Decodable, Sendable {
    let name: String
    /// Pairs of x and y.
    let points: [[Double]]
  }

  package struct Coordinates: Decodable, Sendable {
    let x: String
    let y: String
    let lines: [Line]
  }

  let title: String
  let legend: [String]
  let panels: [Coordinates]

  package init(_ bytes: [UInt8], file: String) throws {
    guard let read = try? LineFigure(json: bytes) else {
      throw InputError(
        "is not a figure: {\"title\": …, \"legend\": […], \"panels\": [{\"x\", \"y\", \"lines\"}]}", file: file)
    }
    self = read
    let points = panels.flatMap(\.lines).flatMap(\.points)
    guard !points.isEmpty, points.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 > 0 && Axis.holds($0) } }) else {
      throw InputError("has no points, or some that are not pairs of numbers above zero", file: file)
    }
    guard panels.flatMap(\.lines).allSatisfy({ legend.contains($0.name) }) else {
      throw InputError("has a line whose name does not stand in its legend", file: file)
    }
  }

  /// The drawing.
  ///
  /// - Throws: `InputError` where gnuplot is missing or complains.
  package func svg() throws -> String { try Figure(name: "", title: title, script: script).svg() }

  private var script: String {
    let drawn = panels.map { panel in
      let values = panel.lines.flatMap(\.points)
      return Panel(
        x: Axis(panel.x, holding: values.map { $0[0] }, logarithmic: true),
        y: Axis(panel.y, holding: values.map { $0[1] }, logarithmic: true),
        plots: panel.lines.map { line in
          .line(line.points, Look(index: legend.firstIndex(of: line.name)!), marks: 0.8, title: line.name)
        })
    }
    return Panel.script(drawn, legend: legend)
  }
}
