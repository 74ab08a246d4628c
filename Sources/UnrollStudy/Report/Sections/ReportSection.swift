import UnrollTraining

/// A part of a report: a pure function from results to blocks. It draws nothing and reads nothing.
protocol ReportSection: Sendable {
  /// The heading.
  var title: String { get }
  /// Empty when the section has nothing to say: then its heading is left out too.
  func blocks(_ study: StudyResults) -> [Block]
}

extension ReportSection {
  /// Under the name of every task its figure on its primary metric, or the sentence that stands for one.
  func figures(
    _ study: StudyResults, otherwise sentence: String, _ draw: (TaskResults, Metric) -> Figure?
  ) -> [Block] {
    study.tasks.flatMap { task in
      let figure = task.primary.flatMap { draw(task, $0) }
      return [task.heading, figure.map(Block.figure) ?? .paragraph(sentence)]
    }
  }
}

extension TaskResults {
  /// The task's name above what a section says of it.
  var heading: Block { .heading(3, Markdown.escape(name)) }
}
