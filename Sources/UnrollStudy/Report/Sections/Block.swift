/// A piece of a report: what sections make and the report joins.
indirect enum Block: Equatable {
  case heading(Int, String)
  case paragraph(String)
  case list([String])
  case table(MarkdownTable)
  case figure(Figure)
  case details(String, [Block])
}

extension Block {
  /// Every figure within, in order.
  var figures: [Figure] {
    switch self {
    case .figure(let figure): [figure]
    case .details(_, let blocks): blocks.flatMap(\.figures)
    default: []
    }
  }

  /// The block with every figure in it changed.
  func mapFigures(_ change: (Figure) -> Figure) -> Block {
    switch self {
    case .figure(let figure): .figure(change(figure))
    case .details(let summary, let blocks): .details(summary, blocks.map { $0.mapFigures(change) })
    default: self
    }
  }

  /// Markdown of the block; `figure` gives the words or the image that stand for a figure.
  func markdown(figure: (Figure) -> String) -> String {
    switch self {
    case .heading(let level, let text): String(repeating: "#", count: level) + " " + text
    case .paragraph(let text): text
    case .list(let items): items.map { "- \($0)" }.joined(separator: "\n")
    case .table(let table): table.text
    case .figure(let content): ([figure(content)] + [content.remark].compactMap { $0 }).joined(separator: "\n\n")
    case .details(let summary, let blocks):
      "<details>\n<summary>\(summary)</summary>\n\n"
        + blocks.map { $0.markdown(figure: figure) }.joined(separator: "\n\n") + "\n\n</details>"
    }
  }
}
