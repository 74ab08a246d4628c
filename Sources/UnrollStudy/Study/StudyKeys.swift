import UnrollCore
import UnrollData
import UnrollLayers

/// The keys of a study, for strict reading and for `unroll list`.
package enum StudyKeys {
  package static let study = [
    key("question", "text", "How do these backends compare?", "what the study asks; the report begins with it"),
    key("notes", "Markdown", "", "the author's words for the report: what the numbers do not say"),
    key("tasks", "list", "", "data sets, each a name or a table with the keys of a task"),
    key("backends", "list", "", "models to compare, each a name or a table with the keys of a backend"),
    key("backend", "table", "", "options of every backend that has them"),
    key("model", "table", "", "options around every backend"),
    key("training", "table", "", "options of every training"),
    key(
      "seeds", "1…1000, or a list", "5",
      "runs of every cell: a number n stands for seeds 1…n; where data have folds these take their place"),
    key(
      "compare", "list", "",
      "options whose lists are the question: each item is a row of the report, named layers or backend.layers; of other lists of options development chooses one item a task and backend"
    ),
    key(
      "uneven", "text", "",
      "why some backends have more candidates than others, for the report; without it that is refused"),
    key(
      "margin", "{points: 0.5, percent: 1}", "",
      "differences that do not matter, for *equal* in the report: points of a percentage, per cent of any other score"),
    key(
      "search", "halving", "",
      "successive halving: after 1/9 and 1/3 of the epochs, say, the best third of the candidates of a task and backend by their mean development score goes on; without it all train to the end"
    ),
    key("width", "1…65536", "\(StackOptions().width)", "hidden width of every backend"),
    key(
      "keep", KeptModels.allCases.map(\.rawValue).joined(separator: " | "), KeptModels.best.rawValue,
      "which runs leave their model beside their record: best, one of every task and backend by its development score, of the candidate that was chosen; runs that are done leave none later"
    ),
    key("parameters", "1 or more", "", "instead of a width: every backend as wide as this number of parameters allows"),
    key(
      "state_floats", "1 or more", "", "instead of a width: as wide as so many numbers carried from step to step allow"),
    key("multiply_adds", "1 or more", "", "instead of a width: as wide as so many multiply-adds a token allow"),
  ]

  package static let task = [
    key("data", "name or table", "", "a data set, or {format: NAME, train: PATH}, with options"),
    key("task", "name", "", "where its kind of data serves several tasks, which of them; otherwise the first"),
    key("name", "text", "", "what the report calls the task; otherwise the name of its data"),
    key("backend", "table", "", "options of every backend in this task, above those of the study"),
    key("model", "table", "", "options around every backend in this task, above those of the study"),
    key("training", "table", "", "options of training in this task, above those of the study"),
  ]

  /// Beside the options of the backend itself.
  package static let backend = [
    key("backend", "name", "", "which backend"),
    key("name", "text", "", "what the report calls it; otherwise the backend's name"),
    key("model", "table", "", "options around this backend, above those of the task"),
    key("training", "table", "", "options of its training, above those of the task"),
    key(
      "repeat", "1…1000", "1",
      "the same backend under so many names, each with seeds of its own: what differs is chance"),
  ]

  private static func key(_ name: String, _ domain: String, _ standard: String, _ help: String) -> OptionDescription {
    OptionDescription(name: name, domain: domain, defaultValue: .string(standard), help: help)
  }

  /// Complains of every entry whose key is not known.
  static func refuseUnknown(
    _ entries: [Setting.Entry], _ known: [OptionDescription], _ what: String, _ complaints: Complaints
  ) {
    for entry in entries where !known.contains(where: { $0.name == entry.key }) {
      let message = Suggestion.unknown("key", entry.key, known: known.map(\.name))
      complaints.add(entry.error("\(what): \(message)"))
    }
  }
}
