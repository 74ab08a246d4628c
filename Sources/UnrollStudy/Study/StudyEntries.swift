import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

/// The tables of options that a study, its tasks and its backends may set.
enum OptionTable: String, CaseIterable { case backend, model, training }

/// Settings that apply on top of more general ones.
typealias Overrides = [OptionTable: [Setting.Entry]]

/// One combination of the lists of a task.
struct TaskEntry {
  /// Which of the study's tasks it comes from.
  let number: Int
  let title: String
  let varied: [Grid.Varied]
  let request: DataRequest
  let task: any Task.Type
  let overrides: Overrides
  let setting: Setting

  var label: String { ([title] + varied.map(\.label)).joined(separator: " ") }
}

/// One combination of the lists of a backend.
struct BackendEntry {
  let number: Int
  /// Which of so many equal ones: each has seeds of its own.
  let copy: Int
  let title: String
  let varied: [Grid.Varied]
  let type: any BackendOptions.Type
  let overrides: Overrides
  let setting: Setting

  var label: String { ([title] + varied.map(\.label)).joined(separator: " ") }
}

extension Grid.Point {
  /// Tables of options under their names.
  func overrides() throws -> Overrides {
    try OptionTable.allCases.reduce(into: [:]) { $0[$1] = try table($1.rawValue) }
  }
}

extension TaskEntry {
  /// One entry for every combination of the lists in its data, backend, model and training that differs from the others.
  static func expanded(_ setting: Setting, number: Int, _ complaints: Complaints) throws -> [TaskEntry] {
    var entries: [Setting.Entry] = []
    if case .table(let table) = setting.content { entries = table }
    if case .scalar = setting.content { entries = [Setting.Entry(key: "data", line: setting.line, value: setting)] }
    if entries.isEmpty { entries = try setting.entries("a task") }
    StudyKeys.refuseUnknown(entries, StudyKeys.task, "a task", complaints)
    guard let data = entries.first(where: { $0.key == "data" })?.value else { throw setting.error("a task needs data") }
    let known = entries.filter { entry in
      entry.key != "data" && StudyKeys.task.contains { $0.name == entry.key }
    }
    let points = try Grid.expand(Setting(.table(known), file: setting.file, line: setting.line))
    let requests = try requests(data)
    return try requests.flatMap { request, varied in
      try points.map { point in
        let named = try point.setting.entries("a task").first { $0.key == "task" }?.value
        let task = try (named ?? data).placing { try TaskEntry.task(named?.text("task"), request) }
        return TaskEntry(
          number: number, title: try point.text("name") ?? request.name, varied: varied + point.varied,
          request: request, task: task, overrides: try point.overrides(), setting: setting)
      }
    }
  }

  private static func task(_ name: String?, _ request: DataRequest) throws -> any Task.Type {
    let task = try Tasks.made(for: request.kind, named: name)
    guard !task.readsPairs || request.isOfPairs else { throw task.needsPairs }
    return task
  }

  /// Every point of the data's grid, without those that an option without effect would tell apart.
  ///
  /// - Throws: `InputError` for an option that has no effect at any point.
  private static func requests(_ data: Setting) throws -> [(DataRequest, [Grid.Varied])] {
    let complaints = Complaints()
    var idle = IdleOptions<String>()
    var (found, labels): ([(DataRequest, [Grid.Varied])], Set<[String]>) = ([], [])
    for point in try Grid.expand(data, ["data"]) {
      complaints.gather {
        let request = try DataRequest(sparing: point.setting)
        if case .table(let entries) = point.setting.content {
          for entry in entries {
            idle.note(entry.key, request.idle.first { $0.entry.key == entry.key }?.complaint("data"))
          }
        }
        let varied = point.varied.filter { varied in !request.idle.contains { $0.entry.key == varied.path.last } }
        if labels.insert(varied.map(\.label)).inserted { found.append((request, varied)) }
      }
    }
    idle.complaints.forEach(complaints.add)
    try complaints.check()
    return found
  }
}

extension BackendEntry {
  static func expanded(_ setting: Setting, number: Int) throws -> [BackendEntry] {
    if case .scalar(let name) = setting.content {
      let type = try setting.placing { try Backends.named(name) }
      return [
        BackendEntry(number: number, copy: 0, title: name, varied: [], type: type, overrides: [:], setting: setting)
      ]
    }
    let own = StudyKeys.backend.map(\.name)
    return try Grid.expand(setting).flatMap { point in
      guard let name = try point.text("backend") else {
        throw setting.error("a backend needs its name: {backend: lstm, …}")
      }
      let entries = try point.setting.entries("a backend")
      let overrides: Overrides = [
        .backend: entries.filter { !own.contains($0.key) }, .model: try point.table("model"),
        .training: try point.table("training"),
      ]
      let (title, type) = (try point.text("name") ?? name, try setting.placing { try Backends.named(name) })
      let count = try copies(entries)
      return (0..<count).map { copy in
        BackendEntry(
          number: number, copy: copy, title: count > 1 ? "\(title) \(copy + 1)" : title, varied: point.varied,
          type: type,
          overrides: overrides, setting: setting)
      }
    }
  }

  private static func copies(_ entries: [Setting.Entry]) throws -> Int {
    guard let value = entries.first(where: { $0.key == "repeat" })?.value else { return 1 }
    let count = try value.integer("repeat")
    guard (1...1000).contains(count) else { throw value.error("repeat must be 1…1000") }
    return count
  }
}

/// Options that were set, and whether they have an effect somewhere: one that has none anywhere is a mistake.
struct IdleOptions<Key: Hashable> {
  private var used: Set<Key> = []
  private var idle: [(key: Key, complaint: InputError)] = []

  /// - Parameter complaint: why it has no effect at one point; nil where it has one.
  mutating func note(_ key: Key, _ complaint: InputError?) {
    guard let complaint else {
      used.insert(key)
      return
    }
    if !idle.contains(where: { $0.key == key }) { idle.append((key, complaint)) }
  }

  var complaints: [InputError] { idle.filter { !used.contains($0.key) }.map(\.complaint) }
}
