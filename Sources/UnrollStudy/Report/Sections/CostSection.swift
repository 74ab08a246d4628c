/// What quality costs: one figure a task.
struct CostSection: ReportSection {
  let title = "Cost against quality"

  func blocks(_ study: StudyResults) -> [Block] {
    let explanation =
      "Marks are means over the seeds that finished, bars one standard deviation to either side; scores more than four times "
      + "the median, of models that broke, lie outside. "
      + "Speeds belong to the machines named under [Scores](#scores)."
    let names = FigureNames(study, suffix: "cost")
    return [.paragraph(explanation)]
      + study.tasks.flatMap { task -> [Block] in
        let figure = task.primary.flatMap { CostFigure(task: task, metric: $0).figure(named: names[task.name]) }
        let body = figure.map(Block.figure) ?? .paragraph("No finished run has a test score.")
        return [.heading(3, Markdown.escape(task.name)), body]
      }
  }
}
