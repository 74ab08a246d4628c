import UnrollData
import UnrollTraining

/// How scores change along a numeric option of the data, where tasks of the study differ in nothing else.
struct FamilySection: ReportSection {
  let title = "Scores along an option of the data"

  /// A mean test score that counts as holding.
  static let threshold = 0.9

  private let explanation =
    "Tasks that differ in one number alone are drawn together: lines go through means over the seeds that finished, bars "
    + "are one standard deviation to either side, dashed is the baseline."

  func blocks(_ study: StudyResults) -> [Block] {
    let families = TaskFamily.all(study)
    guard !families.isEmpty else { return [] }
    let figures = families.flatMap { family -> [Block] in
      let figure = FamilyFigure(family: family, backends: study.backends).figure
      return [
        .heading(3, "\(Markdown.escape(family.name)) by \(Markdown.code(family.option))"),
        figure.map(Block.figure) ?? .paragraph("No backend has test scores at two values."),
      ]
    }
    return [.paragraph(explanation)] + reach(families, study) + figures
  }

  /// The table of how far each backend holds, for metrics that are fractions and better when higher.
  private func reach(_ families: [TaskFamily], _ study: StudyResults) -> [Block] {
    let families = families.filter { $0.metric.higherIsBetter && $0.metric.unit == .percent }
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

/// Test metric against a data option: one line a backend through its means, bars of one standard deviation.
private struct FamilyFigure {
  typealias Score = (value: Double, sample: Sample)

  let family: TaskFamily
  /// Every backend of the study in its order.
  let backends: [String]

  /// Nil when no backend has a score at two values.
  var figure: Figure? {
    let (metric, scale) = (family.metric, family.metric.scale)
    let all = backends.map(family.scores)
    let inside = all.map { $0.filter { Axis.holds((abs($0.sample.mean) + ($0.sample.sd ?? 0)) * scale) } }
    guard inside.contains(where: { $0.count > 1 }) else { return nil }
    let ends = inside.joined().flatMap(\.sample.ends) + family.baseline.map(\.score)
    let values = family.members.map(\.value)
    var panel = Panel(
      x: Axis(
        family.option, holding: values, logarithmic: values.min()! > 0 && values.max()! / values.min()! > 4,
        marks: values),
      y: metric.axis(.test, holding: ends.map { $0 * scale }),
      lines: inside.enumerated().compactMap { line($1, $0) })
    panel.plots += baseline.plots
    panel.ends += baseline.ends
    return Figure(
      name: Markdown.slug("\(family.name) \(family.option)"),
      title: "\(family.name): test \(metric.name) against \(family.option), one line a backend",
      script: Panel.script([panel]), outside: all.joined().count - inside.joined().count)
  }

  private func line(_ scores: [Score], _ index: Int) -> NamedLine? {
    let scale = family.metric.scale
    let rows = scores.map { [$0.value, $0.sample.mean * scale, ($0.sample.sd ?? 0) * scale] }
    return rows.isEmpty ? nil : NamedLine(name: backends[index], look: Look(index: index), rows: rows, marks: 0.9)
  }

  private var baseline: (plots: [Plot], ends: [LineEnd]) {
    let rows = family.baseline.map { [$0.value, $0.score * family.metric.scale] }
    guard let last = rows.last else { return ([], []) }
    let title = family.members[0].task.baselineTitle
    return ([.baseline(.rows(rows), title: title)], [LineEnd(name: title, colour: "black", x: last[0], y: last[1])])
  }
}
