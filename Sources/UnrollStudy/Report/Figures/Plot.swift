/// Numbers, and how gnuplot draws them: the few styles that all figures share.
struct Plot: Equatable {
  /// What is drawn.
  enum Source: Equatable {
    /// x, y and the lengths of bars; nil ends a line.
    case rows([[Double]?])
    /// The same y at every x.
    case level(Double)
  }

  let source: Source
  /// Columns and style in gnuplot's language.
  let style: String
  /// The entry in the legend; nil for none.
  let title: String?

  private init(_ source: Source, _ style: String, title: String? = nil) {
    (self.source, self.style, self.title) = (source, style, title)
  }

  /// The block of numbers that is called `name`; nil where there is none.
  func data(_ name: String) -> String? {
    guard case .rows(let rows) = source else { return nil }
    return Gnuplot.data(name, rows)
  }

  /// What stands behind gnuplot's `plot`, for a block of numbers that is called `name`.
  func command(_ name: String) -> String {
    let data = if case .level(let value) = source { Digits.plain(value) } else { "$\(name)" }
    return "\(data) \(style) \(title.map { "title \(Gnuplot.quoted($0))" } ?? "notitle")"
  }
}

extension Plot {
  /// A line that is named, with a mark at every `interval`th row.
  static func line(_ rows: [[Double]?], _ look: Look, marks size: Double, every interval: Int = 1, title: String)
    -> Plot
  {
    Plot(
      .rows(rows),
      "using 1:2 with linespoints lw 2 dt \(look.dash) pt \(look.point) ps \(Digits.plain(size)) "
        + "pointinterval \(interval) lc rgb '\(look.colour)'",
      title: title)
  }

  /// Marks that are named.
  static func marks(_ rows: [[Double]], _ look: Look, size: Double, stroke: Double, isPale: Bool = false, title: String)
    -> Plot
  {
    Plot(
      .rows(rows),
      "using 1:2 with points pt \(look.point) ps \(Digits.plain(size)) lw \(Digits.plain(stroke)) lc rgb '\(look.shade(isPale: isPale))'",
      title: title)
  }

  /// A line without a name, through marks that have one.
  static func link(_ rows: [[Double]], _ look: Look) -> Plot {
    Plot(.rows(rows), "using 1:2 with lines lw 1.5 dt \(look.dash) lc rgb '\(look.colour)'")
  }

  /// A faint line without a name, behind the line that has it.
  static func shadow(_ rows: [[Double]?], _ look: Look) -> Plot {
    Plot(.rows(rows), "using 1:2 with lines lw 0.8 lc rgb '\(look.shade(isPale: true))'")
  }

  /// Bars about a mark: rows of x, y and the half length of y's, or of x's and of y's.
  static func bars(_ rows: [[Double]], _ look: Look, isPale: Bool = false) -> Plot {
    let kind = rows.first?.count == 4 ? "1:2:3:4 with xyerrorbars" : "1:2:3 with yerrorbars"
    return Plot(.rows(rows), "using \(kind) pt -1 lw 1 lc rgb '\(look.shade(isPale: isPale))'")
  }

  /// Intervals along x with a mark within: rows of x, y, and the interval's ends. Without a name.
  static func intervals(_ rows: [[Double]], _ look: Look, point: Int, isStrong: Bool) -> Plot {
    Plot(
      .rows(rows),
      "using 1:2:3:4 with xerrorbars pt \(point) ps 0.9 lw \(isStrong ? "1.8" : "1") lc rgb '\(look.colour)'")
  }

  /// Marks without a name: rows of x and y.
  static func dots(_ rows: [[Double]], _ look: Look, point: Int) -> Plot {
    Plot(.rows(rows), "using 1:2 with points pt \(point) ps 0.9 lw 1 lc rgb '\(look.colour)'")
  }

  /// What lies outside to the left or to the right: a triangle at the edge.
  static func outside(_ rows: [[Double]], _ look: Look, isLeft: Bool) -> Plot {
    Plot(.rows(rows), "using 1:2:('\(isLeft ? "◂" : "▸")') with labels tc rgb '\(look.colour)'")
  }

  /// What lies below or above: a triangle at the edge, which is named.
  static func outside(_ rows: [[Double]], _ look: Look, isBelow: Bool, title: String) -> Plot {
    Plot(.rows(rows), "using 1:2 with points pt \(isBelow ? 11 : 9) ps 0.7 lc rgb '\(look.colour)'", title: title)
  }

  /// What every model is held against.
  static func baseline(_ source: Source, title: String) -> Plot {
    let columns = if case .rows = source { "using 1:2 " } else { "" }
    return Plot(source, columns + "with lines lw 1 dt (6,4) lc rgb 'black'", title: title)
  }
}
