/// One coordinate system of a figure: its axes and what gnuplot plots in it.
struct Panel: Equatable {
  let x: Axis
  let y: Axis
  var plots: [Plot]
  /// Names where lines end, in the place of a legend.
  var ends: [LineEnd] = []
  /// Names beside points.
  var names: PointNames?

  /// Pixels of a panel that stands alone.
  static let width = 555

  /// A whole script: panels of equal size side by side, the legend of the last, or the names of its lines, to their right.
  ///
  /// - Parameter names: what the legend has room for; nil for its own entries.
  static func script(_ panels: [Panel], legend names: [String]? = nil) -> String {
    let last = panels[panels.count - 1]
    let legend = names ?? (last.ends.isEmpty ? last.plots.compactMap(\.title) : last.ends.map(\.name))
    let each = panels.count == 1 ? Panel.width : 320
    // One label for all, unless they differ.
    let isShared = panels.allSatisfy { $0.y.label == panels[0].y.label }
    // Names at the right of every panel need their room there, too: a little over half the font size for a letter.
    let named = panels.dropLast().flatMap(\.ends).map(\.name.count).max().map { 30 + 8 * $0 } ?? 0
    let gap = (isShared ? 50 : 90) + named
    // Long numbers at the ticks would push the axis' label out of the picture.
    let longest = panels.flatMap(\.y.ticks).map(\.text.count).max() ?? 0
    let margin = 80 + 8 * max(0, longest - 4)
    let inner = panels.count * (each + gap) + margin - gap
    // Half the font size for a letter and some room for the marks.
    let width = inner + 80 + 15 * (legend.map(\.count).max() ?? 0) / 2
    // An entry takes a little over 25 pixels; with less, gnuplot drops a whole column of names without a word.
    let height = max(
      360, 70 + (last.ends.isEmpty ? 28 : LineEnd.pixels) * max(legend.count, panels.map(\.ends.count).max()!))
    let at = { (pixel: Int) in Digits.plain(Double(pixel) / Double(width)) }
    var lines = preamble(width: width, height: height) + panels.enumerated().flatMap { $1.data($0) }
    lines += ["set multiplot", "set bmargin 3.2", "set tmargin 1"]
    for (index, panel) in panels.enumerated() {
      let left = margin + index * (each + gap)
      lines += ["set lmargin at screen \(at(left))", "set rmargin at screen \(at(left + each))"]
      lines += panel.x.commands("x", offset: "0,0.4") + panel.y.commands("y", offset: "0.2,0")
      if index > 0 && isShared { lines.append("unset ylabel") }
      lines.append(
        index < panels.count - 1 || !last.ends.isEmpty
          ? "unset key" : "set key at screen \(at(inner + 15)), graph 1 left top Left reverse samplen 2.5 spacing 1.3")
      lines += LineEnd.commands(panel, height: height - 65)
      lines += panel.names?.commands(panel, width: each, height: height - 65) ?? []
      lines.append("plot " + panel.commands(index).joined(separator: ", \\\n  "))
    }
    return (lines + ["unset multiplot"]).joined(separator: "\n") + "\n"
  }

  /// A whole script of panels whose rows have names, the same ones in all: those of a line of panels to its left.
  static func rows(_ panels: [Panel], titles: [String], perLine columns: Int = 3) -> String {
    let names = panels[0].y.ticks.map(\.text)
    let (each, gap, margin) = (panels.count == 1 ? 480 : 230, 30, 30 + 8 * (names.map(\.count).max() ?? 0))
    let (high, foot, head) = (24 + 20 * names.count, 62, 30)
    let lines = (panels.count + columns - 1) / columns
    let width = margin + min(columns, panels.count) * (each + gap)
    let height = lines * (high + foot + head)
    func share(_ pixel: Int, of all: Int) -> String { Digits.plain(Double(pixel) / Double(all)) }
    var script = preamble(width: width, height: height) + panels.enumerated().flatMap { $1.data($0) }
    script += ["unset key", "set multiplot"]
    for (index, panel) in panels.enumerated() {
      let (left, top) = (
        margin + index % columns * (each + gap), height - index / columns * (high + foot + head) - head
      )
      script += [
        "set lmargin at screen \(share(left, of: width))", "set rmargin at screen \(share(left + each, of: width))",
        "set tmargin at screen \(share(top, of: height))", "set bmargin at screen \(share(top - high, of: height))",
        "set title \(Gnuplot.quoted(titles[index])) offset 0,-0.6",
      ]
      script += panel.x.commands("x", offset: "0,0.4") + panel.y.commands("y", offset: "0,0")
      if index % columns > 0 {
        script.append("set format y ''; set ytics (\(names.indices.map { "'' \(-$0)" }.joined(separator: ", ")))")
      }
      script.append("plot " + panel.commands(index).joined(separator: ", \\\n  "))
    }
    return (script + ["unset multiplot"]).joined(separator: "\n") + "\n"
  }

  /// The numbers of a panel.
  private func data(_ index: Int) -> [String] {
    plots.enumerated().compactMap { $1.data(Panel.block(index, $0)) }
  }

  /// What draws them.
  private func commands(_ index: Int) -> [String] {
    plots.enumerated().map { $1.command(Panel.block(index, $0)) }
  }

  private static func block(_ panel: Int, _ plot: Int) -> String { "panel\(panel)plot\(plot)" }

  /// What every figure begins with: terminal, frame and grid.
  private static func preamble(width: Int, height: Int) -> [String] {
    [
      "set terminal svg size \(width),\(height) font 'sans-serif,13' noenhanced",
      "set encoding utf8",
      "set border 3 lw 0.8",
      "set tics nomirror out scale 0.5",
      "set grid xtics ytics lt 1 dt 1 lw 0.6 lc rgb '\(SVG.gridColour)'",
      "set pointintervalbox 0",
    ]
  }
}
