import UnrollCore
import UnrollSystem

/// A figure before it is drawn: plain data, so that sections stay pure.
struct Figure: Equatable {
  /// File name without extension; a report gives a number to one that is taken.
  var name: String
  /// One sentence for those who do not see it, and for the drawing's own title.
  let title: String
  /// What gnuplot reads.
  let script: String
  /// Values that cannot be drawn: no numbers, or beyond `Axis.limit`.
  var outside = 0

  /// The sentence that says so.
  var remark: String? {
    guard outside > 0 else { return nil }
    return
      "*\(Markdown.count(outside, "value")) \(outside == 1 ? "lies" : "lie") outside of the figure: no number, or beyond "
      + "\(Digits.scientific(Axis.limit)).*"
  }
}

extension Figure {
  /// The drawing by itself.
  ///
  /// - Throws: `InputError` where gnuplot is missing or complains.
  func svg() throws -> String {
    guard let gnuplot = Gnuplot.find(in: ProcessVariables.path) else {
      throw InputError("gnuplot is not installed; install it to draw figures")
    }
    switch try gnuplot.draw(script) {
    case .drawing(let raw): return SVG.finished(raw, title: title)
    case .complaint(let problem): throw InputError("gnuplot: \(problem)")
    }
  }
}
