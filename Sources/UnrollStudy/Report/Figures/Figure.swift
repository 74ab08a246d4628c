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
