/// How a backend looks, the same in every figure of a report: colour, point and dash, so that no two need colour alone.
struct Look: Equatable {
  /// Position in the study's list of backends.
  let index: Int

  /// Colours that stay apart under the common colour-vision deficiencies: on white, and on GitHub's dark background.
  static let colours: [(light: String, dark: String)] = [
    ("#0072b2", "#58b0ee"), ("#d55e00", "#ff9248"), ("#009e73", "#3fd0a4"), ("#a83f8e", "#e592cf"),
    ("#b58400", "#eabf3e"), ("#5b5bd0", "#a5a5ff"), ("#7a4b2a", "#c99a75"), ("#5f6a72", "#a9b4bd"),
  ]
  /// Filled and open circle, square, triangles, diamond, pentagon.
  private static let points = [7, 5, 9, 13, 11, 15, 6, 4, 8, 12, 10]
  /// Lengths of strokes and gaps, the first solid.
  private static let dashes = ["1", "(8,4)", "(3,3)", "(10,3,2,3)", "(14,4)"]

  var colour: String { Look.colours[index % Look.colours.count].light }
  /// Pale is three fifths transparent.
  func shade(isPale: Bool) -> String { isPale ? "#99\(colour.dropFirst())" : colour }
  var point: Int { Look.points[index % Look.points.count] }
  var dash: String { Look.dashes[index % Look.dashes.count] }
}
