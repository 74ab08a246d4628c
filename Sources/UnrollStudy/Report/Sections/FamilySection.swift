/// How scores change along a numeric option of the data, where tasks of the study differ in nothing else.
struct FamilySection: ReportSection {
  let title = "Scores along an option of the data"

  /// A mean test score that counts as holding.
  static let threshold = 0.9

  func blocks(_ study: StudyResults) -> [Block] {
    let families = TaskFamily.all(study)
    guard !families.isEmpty else { return [] }
    let explanation =
      "Tasks that differ in one number alone are drawn together: lines go through means over the seeds that finished, bars "
      + "are one standard deviation to either side, dashed is the baseline."
    var taken: [String: Int] = [:]
    let figures = families.flatMap { family -> [Block] in
      let slug = Markdown.slug("\(family.name) \(family.option)")
      taken[slug, default: 0] += 1
      let name = taken[slug]! == 1 ? slug : "\(slug)-\(taken[slug]!)"
      let figure = FamilyFigure(family: family, backends: study.backends).figure(named: name)
      let body = figure.map(Block.figure) ?? .paragraph("No backend has test scores at two values.")
      return [.heading(3, "\(Markdown.escape(family.name)) by \(Markdown.code(family.option))"), body]
    }
    return [.paragraph(explanation)] + reach(families, study) + figures
  }

  /// The table of how far each backend holds, for metrics that are fractions and better when higher.
  private func reach(_ families: [TaskFamily], _ study: StudyResults) -> [Block] {
    let families = families.filter { $0.metric.higherIsBetter && $0.metric.unit == "percent" }
    guard !families.isEmpty else { return [] }
    var table = MarkdownTable(
      [("backend", .left)] + families.map { ("\(Markdown.escape($0.name)): \(Markdown.code($0.option))", .right) })
    for backend in study.backends {
      table.add([Markdown.code(backend)] + families.map { cell($0, backend) })
    }
    let sentence =
      "The largest value up to which the mean test score of a backend is \(Digits.plain(FamilySection.threshold * 100)) % or "
      + "more at every value of the study (the tables under [Scores](#scores) name the metric, the first of each task; "
      + "≥ where it is the largest value that was tried):"
    return [.paragraph(sentence), .table(table)]
  }

  private func cell(_ family: TaskFamily, _ backend: String) -> String {
    let scores = family.scores(backend)
    let lost = family.members.contains { $0.task.backends.contains { $0.name == backend && !$0.lost.isEmpty } }
    guard scores.count == family.members.count, !lost else { return "runs missing" }
    let held = scores.prefix { $0.sample.mean >= FamilySection.threshold }
    guard let last = held.last else { return "< \(Digits.plain(scores[0].value))" }
    return (held.count == scores.count ? "≥ " : "") + Digits.plain(last.value)
  }
}
