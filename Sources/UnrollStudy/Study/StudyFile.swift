import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

/// A study as it stands in its YAML file, before its grid is expanded.
///
///     question: Which model …?
///     notes: Markdown for the report         # what the author knows and the numbers do not say
///     tasks:
///       - data: wordnet-supersense            # or a table: name or format, and options
///         backend: {direction: bidirectional} # for every backend in this task
///         model: {embedding: 64}
///         training: {epochs: 4}
///     backends: [rnn, lstm, {backend: gru, reset: [after, before]}]
///     model: {…}                              # for every task
///     training: {…}
///     seeds: 3                                # or a list
///     width: 64                               # or parameters: 60000
///
/// A list where one value could stand makes a grid. Unknown keys are errors with their line and the nearest known key.
public struct StudyFile {
  public let name: String
  public let question: String
  /// Markdown, shown in the report as the author's words.
  public let notes: String
  let tasks: [TaskEntry]
  let backends: [BackendEntry]
  let seeds: [Int]
  let shared: Overrides
  let size: Size

  /// How wide the models are.
  public enum Size: Equatable, Sendable {
    case width(Int)
    /// The width of each backend is solved so that the whole model comes nearest to this number of parameters.
    case parameters(Int)
  }

  /// Settings that apply on top of the defaults, most general first.
  struct Overrides {
    var backend: [Setting.Entry] = []
    var model: [Setting.Entry] = []
    var training: [Setting.Entry] = []
  }

  struct TaskEntry {
    let label: String
    let request: DataRequest
    let task: any Task.Type
    let overrides: Overrides
    let place: Setting
  }

  struct BackendEntry {
    let label: String
    let name: String
    let overrides: Overrides
    let place: Setting
  }

  static let keys = [
    "question", "notes", "tasks", "backends", "backend", "model", "training", "seeds", "width", "parameters",
  ]

  public init(path: String) throws {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    try self.init(
      try Setting(yaml: try Files.readText(path), file: path),
      name: file.split(separator: ".").first.map(String.init) ?? file)
  }

  init(_ setting: Setting, name: String) throws {
    let entries = try setting.entries("a study")
    try StudyFile.refuseUnknown(entries, StudyFile.keys, "a study")
    func value(_ key: String) -> Setting? { entries.first { $0.key == key }?.value }
    guard let tasks = value("tasks"), !tasks.items.isEmpty else {
      throw setting.error("a study needs tasks: a list of data sets")
    }
    guard let backends = value("backends"), !backends.items.isEmpty else {
      throw setting.error("a study needs backends: a list of names")
    }
    self.name = name
    question = try value("question")?.text("question") ?? "How do these backends compare?"
    notes = try value("notes")?.text("notes") ?? ""
    seeds = try StudyFile.seeds(value("seeds"))
    size = try StudyFile.size(value("width"), value("parameters"))
    shared = Overrides(
      backend: try value("backend")?.entries("backend") ?? [], model: try value("model")?.entries("model") ?? [],
      training: try value("training")?.entries("training") ?? [])
    self.tasks = try tasks.items.flatMap { try TaskEntry.expanded($0) }
    self.backends = try backends.items.flatMap { try BackendEntry.expanded($0) }
    try StudyFile.refuseDoubles(self.tasks.map { ($0.label, $0.place) }, "task", "give one of them another name")
    try StudyFile.refuseDoubles(self.backends.map { ($0.label, $0.place) }, "backend", "give one of them another name")
  }

  static func refuseUnknown(_ entries: [Setting.Entry], _ known: [String], _ what: String) throws {
    for entry in entries where !known.contains(entry.key) {
      throw InputError(
        "\(what): \(Suggestion.unknown("key", entry.key, known: known))", file: entry.value.file, line: entry.line)
    }
  }

  private static func refuseDoubles(_ labels: [(String, Setting)], _ what: String, _ advice: String) throws {
    var seen: Set<String> = []
    for (label, place) in labels where !seen.insert(label).inserted {
      throw place.error("two \(what)s are called \"\(label)\"; \(advice)")
    }
  }

  /// A count stands for 1…n.
  private static func seeds(_ setting: Setting?) throws -> [Int] {
    guard let setting else { return [1, 2, 3] }
    if case .list(let items) = setting.content {
      let seeds = try items.map { try $0.integer("a seed") }
      guard !seeds.isEmpty, Set(seeds).count == seeds.count, seeds.allSatisfy({ $0 >= 0 }) else {
        throw setting.error("seeds must be different whole numbers from 0")
      }
      return seeds
    }
    let count = try setting.integer("seeds")
    guard (1...1000).contains(count) else { throw setting.error("seeds must be 1…1000, or a list of seeds") }
    return Array(1...count)
  }

  private static func size(_ width: Setting?, _ parameters: Setting?) throws -> Size {
    if let width, parameters != nil { throw width.error("width and parameters exclude each other; leave one out") }
    if let parameters {
      let budget = try parameters.integer("parameters")
      guard budget > 0 else { throw parameters.error("parameters must be above zero") }
      return .parameters(budget)
    }
    guard let width else { return .width(StackOptions().width) }
    let value = try width.integer("width")
    guard (1...65_536).contains(value) else { throw width.error("width must be 1…65536") }
    return .width(value)
  }
}

extension StudyFile.TaskEntry {
  private static let keys = ["data", "name", "backend", "model", "training"]

  /// One entry for every combination of the lists in its data, backend, model and training.
  static func expanded(_ setting: Setting) throws -> [StudyFile.TaskEntry] {
    if case .scalar = setting.content { return [try StudyFile.TaskEntry(data: setting, [], [], place: setting)] }
    let entries = try setting.entries("a task")
    try StudyFile.refuseUnknown(entries, keys, "a task")
    guard let data = entries.first(where: { $0.key == "data" })?.value else { throw setting.error("a task needs data") }
    let rest = entries.filter { $0.key != "data" }
    return try Grid.expand(data).flatMap { dataPoint in
      try Grid.expand(Setting(.table(rest), file: setting.file, line: setting.line)).map { point in
        try StudyFile.TaskEntry(
          data: dataPoint.setting, try point.setting.entries("a task"), dataPoint.varied + point.varied, place: setting)
      }
    }
  }

  private init(data: Setting, _ entries: [Setting.Entry], _ varied: [String], place: Setting) throws {
    func table(_ key: String) throws -> [Setting.Entry] {
      try entries.first { $0.key == key }?.value.entries(key) ?? []
    }
    request = try DataRequest(data)
    task = Tasks.made(for: request.kind)
    let name = try entries.first { $0.key == "name" }?.value.text("name") ?? request.name
    label = ([name] + varied).joined(separator: " ")
    overrides = StudyFile.Overrides(
      backend: try table("backend"), model: try table("model"), training: try table("training"))
    self.place = place
  }
}

extension StudyFile.BackendEntry {
  static func expanded(_ setting: Setting) throws -> [StudyFile.BackendEntry] {
    if case .scalar(let name) = setting.content {
      return [try StudyFile.BackendEntry(name, label: name, StudyFile.Overrides(), setting)]
    }
    return try Grid.expand(setting).map { point in
      let entries = try point.setting.entries("a backend")
      guard let name = try entries.first(where: { $0.key == "backend" })?.value.text("backend") else {
        throw setting.error("a backend needs its name: {backend: lstm, …}")
      }
      let title = try entries.first { $0.key == "name" }?.value.text("name") ?? name
      var overrides = StudyFile.Overrides()
      overrides.model = try entries.first { $0.key == "model" }?.value.entries("model") ?? []
      overrides.training = try entries.first { $0.key == "training" }?.value.entries("training") ?? []
      overrides.backend = entries.filter { !["backend", "name", "model", "training"].contains($0.key) }
      return try StudyFile.BackendEntry(
        name, label: ([title] + point.varied).joined(separator: " "), overrides, setting)
    }
  }

  private init(_ name: String, label: String, _ overrides: StudyFile.Overrides, _ place: Setting) throws {
    do { _ = try Backends.named(name) } catch let error as InputError { throw place.error(error.message) }
    self.name = name
    self.label = label
    self.overrides = overrides
    self.place = place
  }
}
