/// How each backend learns: one figure a task.
struct CurvesSection: ReportSection {
  let title = "Learning curves"

  func blocks(_ study: StudyResults) -> [Block] {
    let explanation =
      "Thin lines are single seeds, strong lines their mean up to the last epoch that every seed reached. "
      + "Where there are four epochs or more, the right shows their second half on a scale of its own. Only finished runs "
      + "are drawn."
    let names = FigureNames(study, suffix: "curves")
    return [.paragraph(explanation)]
      + study.tasks.flatMap { task -> [Block] in
        let figure = task.primary.flatMap { CurveFigure(task: task, metric: $0).figure(named: names[task.name]) }
        let body = figure.map(Block.figure) ?? .paragraph("No finished run has a learning curve.")
        return [.heading(3, Markdown.escape(task.name)), body]
      }
  }
}

/// File names of one kind of figure, a different one for every task even when their slugs agree.
struct FigureNames {
  private let names: [String: String]

  init(_ study: StudyResults, suffix: String) {
    var taken: [String: Int] = [:]
    names = Dictionary(
      uniqueKeysWithValues: study.tasks.map { task in
        let slug = Markdown.slug(task.name)
        taken[slug, default: 0] += 1
        return (task.name, taken[slug]! == 1 ? "\(slug)-\(suffix)" : "\(slug)-\(suffix)-\(taken[slug]!)")
      })
  }

  subscript(task: String) -> String { names[task]! }
}
