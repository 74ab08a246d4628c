/// A figure before it is drawn: plain data, so that sections stay pure.
struct Figure: Equatable {
  /// File name without extension, unique in the report.
  let name: String
  /// One sentence for those who do not see it, and for the drawing's own title.
  let title: String
  /// What gnuplot reads.
  let script: String
}
