import UnrollCore

/// The resolved settings: common to all runs once, then what differs, and the parameter groups.
struct SettingsSection: ReportSection {
  let title = "Settings"

  func blocks(_ study: StudyResults) -> [Block] {
    let settings = SettingsTable(study.chosen)
    return chosen(study) + common(settings) + byTask(settings, study) + byBackend(settings, study)
      + byCell(settings, study)
      + bySeed(settings, study) + [groups(study)]
  }

  /// Whose settings these are.
  private func chosen(_ study: StudyResults) -> [Block] {
    study.chosen.count == study.records.count
      ? []
      : [.paragraph("Of the candidates that development chose; [Selection](#selection) names those of all others.")]
  }

  private func common(_ settings: SettingsTable) -> [Block] {
    let names = settings.names(.common)
    guard !names.isEmpty else { return [.paragraph("No setting is common to all runs.")] }
    var table = MarkdownTable([("setting", .left), ("value", .left)])
    for name in names { table.add([Markdown.code(name), value(settings.value(name))]) }
    return [
      .paragraph("Common to all runs. What is not listed here or below has its default (`unroll list --verbose`):"),
      .table(table),
    ]
  }

  private func byTask(_ settings: SettingsTable, _ study: StudyResults) -> [Block] {
    let names = settings.names(.task)
    guard !names.isEmpty else { return [] }
    var table = MarkdownTable([("setting", .left)] + study.tasks.map { (Markdown.escape($0.name), .left) })
    for name in names {
      table.add(
        [Markdown.code(name)] + study.tasks.map { task in value(settings.value(name) { $0.task == task.name }) })
    }
    return [.paragraph("Different between tasks:"), .table(table)]
  }

  private func byBackend(_ settings: SettingsTable, _ study: StudyResults) -> [Block] {
    let names = settings.names(.backend)
    guard !names.isEmpty else { return [] }
    var table = MarkdownTable([("backend", .left), ("settings", .left)])
    for backend in study.backends {
      table.add([Markdown.code(backend), assignments(names, settings) { $0.backend == backend }])
    }
    return [.paragraph("Different between backends:"), .table(table)]
  }

  private func byCell(_ settings: SettingsTable, _ study: StudyResults) -> [Block] {
    let names = settings.names(.cell)
    guard !names.isEmpty else { return [] }
    var table = MarkdownTable([("task", .left), ("backend", .left), ("settings", .left)])
    for task in study.tasks {
      for backend in task.backends {
        let text = assignments(names, settings) { $0.task == task.name && $0.backend == backend.name }
        table.add([Markdown.escape(task.name), Markdown.code(backend.name), text])
      }
    }
    return [.paragraph("Different between both:"), .table(table)]
  }

  private func bySeed(_ settings: SettingsTable, _ study: StudyResults) -> [Block] {
    let seeds = study.records.map(\.cell.seed).unique.sorted().map(String.init)
    let names = settings.names(.seed).filter { $0 != "seed" }.map(Markdown.code)
    let rest =
      names.isEmpty ? "" : " Besides the seed, these differ between the runs of a cell: \(Markdown.list(names))."
    return [.paragraph("\(seeds.count == 1 ? "Seed" : "Seeds"): \(seeds.joined(separator: ", ")).\(rest)")]
  }

  private func groups(_ study: StudyResults) -> Block {
    var table = MarkdownTable([
      ("task", .left), ("backend", .left), ("group", .left), ("learning-rate factor", .right), ("weight decay", .left),
      ("parameters", .right),
    ])
    for task in study.tasks {
      for backend in task.backends {
        for group in backend.finished.first?.groups ?? [] {
          table.add([
            Markdown.escape(task.name), Markdown.code(backend.name), Markdown.escape(group.treatment.name),
            Digits.plain(group.treatment.learningRateFactor), group.treatment.weightDecay ? "yes" : "no",
            Digits.whole(group.count),
          ])
        }
      }
    }
    return .details("Parameter groups", [.table(table)])
  }

  private func assignments(
    _ names: [String], _ settings: SettingsTable, where include: (RunRecord.Cell) -> Bool
  ) -> String {
    let set = names.compactMap { name in settings.value(name, where: include).map { Markdown.code("\(name): \($0)") } }
    return set.isEmpty ? "–" : set.joined(separator: ", ")
  }

  private func value(_ text: String?) -> String { text.map { $0.isEmpty ? "(empty)" : Markdown.code($0) } ?? "–" }
}
