/// The name of a line at the right of a panel, joined to where the line ends.
struct LineEnd: Equatable {
  let name: String
  let colour: String
  /// The last point of the line.
  let x, y: Double

  /// From one name to the next, at least.
  static let pixels = 17

  /// gnuplot's commands for the names of a panel.
  ///
  /// - Parameter height: of the panel in pixels.
  static func commands(_ panel: Panel, height: Int) -> [String] {
    let places = panel.ends.map { panel.y.place($0.y) }
    let order = places.indices.sorted { (places[$0], $1) < (places[$1], $0) }
    let spread = spread(order.map { places[$0] }, apart: Double(pixels) / Double(height))
    return ["unset label", "unset arrow"]
      + zip(order, spread).flatMap { index, place in
        let (end, to) = (panel.ends[index], "graph \(Digits.plain(place))")
        let from = [panel.x.place(end.x), places[index]].map { "graph \(Digits.plain($0))" }.joined(separator: ",")
        return [
          "set arrow from \(from) to graph 1.03,\(to) nohead lw 0.5 lc rgb '\(end.colour)'",
          "set label \(Gnuplot.quoted(end.name)) at graph 1.04,\(to) left tc rgb '\(end.colour)'",
        ]
      }
  }

  /// Rising places between 0 and 1, moved up until they are so far apart, and down again where there is no room above.
  static func spread(_ places: [Double], apart: Double) -> [Double] {
    var spread = places
    for index in spread.indices.dropFirst() { spread[index] = max(spread[index], spread[index - 1] + apart) }
    for index in spread.indices.reversed() {
      spread[index] = min(spread[index], index == spread.count - 1 ? 1 : spread[index + 1] - apart)
    }
    return spread
  }
}
