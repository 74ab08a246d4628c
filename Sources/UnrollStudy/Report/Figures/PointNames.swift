/// The names of points, beside them.
struct PointNames: Equatable {
  struct Point: Equatable {
    let name: String
    let colour: String
    let x, y: Double
  }

  let points: [Point]
  /// On which side of their points they stand, and where those that would touch move to: where a front of models leaves the panel
  /// empty. A name that has no room on its side stands on the other one.
  let isLeft, isAbove: Bool

  /// From one name to the next, at least; between a name and its point; and of a letter, about.
  private static let (line, gap, letter) = (16, 9, 7)

  /// gnuplot's commands for them.
  ///
  /// - Parameters:
  ///   - panel: theirs.
  ///   - width: of the panel in pixels, as `height`.
  func commands(_ panel: Panel, width: Int, height: Int) -> [String] {
    let apart = Double(PointNames.line) / Double(height)
    // Downwards is upwards in a mirror.
    func mirrored(_ place: Double) -> Double { isAbove ? place : 1 - place }
    let places = points.map { mirrored(panel.y.place($0.y)) }
    let order = places.indices.sorted { (places[$0], $1) < (places[$1], $0) }
    let spread = LineEnd.spread(order.map { places[$0] }, apart: apart)
    return zip(order, spread).flatMap { index, place in
      let point = points[index]
      let (x, room) = (
        panel.x.place(point.x), Double(PointNames.letter * point.name.count + 2 * PointNames.gap) / Double(width)
      )
      let standsLeft = isLeft ? x >= room : 1 - x < room
      let beside = x + Double(standsLeft ? -PointNames.gap : PointNames.gap) / Double(width)
      let at = "graph \(Digits.plain(beside)),graph \(Digits.plain(mirrored(place)))"
      let label =
        "set label \(Gnuplot.quoted(point.name)) at \(at) \(standsLeft ? "right" : "left") tc rgb '\(point.colour)' front"
      guard abs(place - places[index]) > apart / 2 else { return [label] }
      let from = "graph \(Digits.plain(x)),graph \(Digits.plain(mirrored(places[index])))"
      return [label, "set arrow from \(from) to \(at) nohead lw 0.5 lc rgb '\(point.colour)'"]
    }
  }
}
