import UnrollCore
import UnrollData
import UnrollTraining

extension StudyFile {
  /// One run of the study. What there is only one of need not be named; the seed is the study's first, or any other, and where the data have
  /// folds the number of one. A backend that has candidates is named with one of them behind it.
  ///
  /// - Throws: `InputError` for a name or a fold that the study does not have, and for data that cannot be read.
  public func request(
    task: String?, backend: String?, seed: Int?, _ location: DataLocation
  ) throws -> RunRequest {
    let cells = cells()
    func chosen(_ what: String, _ given: String?, _ name: (RunRecord.Cell) -> String) throws -> String {
      let names = cells.map { name($0.cell) }.unique
      if let given {
        guard names.contains(given) else { throw InputError(Suggestion.unknown(what, given, known: names)) }
        return given
      }
      guard names.count == 1 else {
        throw InputError(
          "there are \(names.count) \(what)s; say which with --\(what): \(names.joined(separator: ", "))")
      }
      return names[0]
    }
    let names = (try chosen("task", task, \.task), try chosen("backend", backend, \.title))
    let runs = cells.filter { ($0.cell.task, $0.cell.title) == names }
    guard let first = runs.first else {
      throw InputError("the study has no cell of the task \(names.0) and the backend \(names.1)")
    }
    let known = seed.map { seed in runs.first { $0.cell.seed == seed } } ?? first
    guard let own = known ?? (first.fold == nil ? first.with(seed: seed!) : nil) else {
      throw InputError("the data of \(names.0) have folds: the seed is the number of one, 1…\(runs.count)")
    }
    return RunRequest(own, identity: try own.identity(dataDigest: try own.digest(location)))
  }

  /// What `init(data:…)` calls the file of its settings.
  public static let words = "the command line"

  /// A study of one run, from words.
  ///
  /// - Parameters:
  ///   - data: a named set; nil where `settings` give a format and paths.
  ///   - task: nil for the one that such data have.
  ///   - backend: its name.
  ///   - settings: `TABLE.KEY=VALUE` of the tables `data`, `backend`, `model` and `training`; `width=` or a budget.
  /// - Throws: `InputError` with everything that is wrong with the words.
  public init(data: String?, task: String?, backend: String, settings: [String]) throws {
    var tables: [String: [Setting.Entry]] = [:]
    func entry(_ key: String, _ content: Setting.Content) -> Setting.Entry {
      Setting.Entry(key: key, line: 1, value: Setting(content, file: StudyFile.words, line: 1))
    }
    if let data { tables["data"] = [entry("name", .scalar(data))] }
    tables["backend"] = [entry("backend", .scalar(backend))]
    for word in settings {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      let isKnown =
        path.count == 2
        ? ["data", "backend", "model", "training"].contains(path[0])
        : path[0] == "width" || Budget.Quantity(rawValue: path[0]) != nil
      guard parts.count == 2, path.count <= 2, isKnown else {
        throw InputError(
          "a setting is data.KEY=VALUE, backend.KEY=VALUE, model.KEY=VALUE, training.KEY=VALUE, width=VALUE, parameters=VALUE, state_floats=VALUE or multiply_adds=VALUE",
          file: "--set \(word)")
      }
      let file = "--set \(word)"
      let value = parts[1].isEmpty ? Setting(.scalar(""), file: file, line: 1) : try Setting(yaml: parts[1], file: file)
      tables[path.count == 2 ? path[0] : "", default: []].append(
        Setting.Entry(key: path.last!, line: 1, value: value))
    }
    func table(_ key: String) -> Setting { Setting(.table(tables[key] ?? []), file: StudyFile.words, line: 1) }
    let data = [Setting.Entry(key: "data", line: 1, value: table("data"))]
    let whole = Setting(
      .table(data + (task.map { [entry("task", .scalar($0))] } ?? [])), file: StudyFile.words, line: 1)
    let study = [
      entry("tasks", .list([whole])),
      entry("backends", .list([table("backend")])),
      Setting.Entry(key: "model", line: 1, value: table("model")),
      Setting.Entry(key: "training", line: 1, value: table("training")),
    ]
    try self.init(Setting(.table(study + (tables[""] ?? [])), file: StudyFile.words, line: 1), name: "train")
    guard points.count == 1 else {
      throw InputError("the settings stand for \(points.count) models; give every key a single value")
    }
  }
}
