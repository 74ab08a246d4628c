import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

extension StudyCell {
  /// The cell of resolved settings: the way back from `resolved`, by the tables that read a study.
  ///
  /// Options that came `later` and are absent have their defaults. Versions are not read: whoever has the settings compares
  /// them with `resolved`, which has those of this program.
  /// - Parameters:
  ///   - file: where the settings stand, for complaints.
  ///   - source: where the study asks for files of its own.
  init(
    settings: Value, file: String, source: Setting?, study: String, question: String, cell: RunRecord.Cell,
    order: RunRecord.Order
  ) throws {
    func entries(_ key: String) throws -> [Setting.Entry] {
      guard let table = settings[key] else { throw InputError("the settings of a run lack \(key)", file: file) }
      return try Setting(of: table, file: file).entries(key).filter { $0.key != "version" }
    }
    let request = try DataRequest(
      sparing: Setting(.table(try entries("data")), file: source?.file ?? file, line: source?.line ?? 1))
    let task = try Tasks.made(for: request.kind, named: settings["task"]?["name"]?.string)
    var (model, training) = (ModelOptions(for: task, numbers: request.isOfNumbers), TrainingOptions())
    training.kind = request.kind
    try model.apply(try entries("model"), "model")
    try training.apply(try entries("training"), "training")
    let (backend, size) = try StudyCell.backend(try entries("backend"), file)
    guard cell.seed >= 0 else { throw InputError("seed must be 0 or more, not \(cell.seed)", file: file) }
    var cell = cell
    cell.kind = task.name
    self.init(
      study: study, question: question, cell: cell, order: order, size: size, request: request, task: task,
      backend: backend, model: model, training: training,
      source: source ?? request.setting)
  }

  /// With a budget the smallest width stands for the one that is solved.
  private static func backend(_ entries: [Setting.Entry], _ file: String) throws -> (BackendSettings, ModelSize) {
    func value(_ key: String) -> Setting? { entries.first { $0.key == key }?.value }
    guard let name = value("backend") else { throw InputError("the settings of a run name a backend", file: file) }
    var backend = try name.placing { BackendSettings(try Backends.named(try name.text("backend")).init()) }
    try backend.apply(
      entries.filter { $0.key != "backend" && $0.key != "parameters" }.map { entry -> Setting.Entry in
        guard entry.key == StackOfBackendsOptions.listKey else { return entry }
        let parts = Setting(.list(try entry.value.items.map(asInAStudy)), file: file, line: entry.line)
        return Setting.Entry(key: entry.key, line: entry.line, value: parts)
      })
    guard let parameters = value("parameters") else { return (backend, .width(backend.stack.width)) }
    backend.stack.width = backend.options.widthStep
    return (backend, .parameters(try parameters.integer("parameters")))
  }

  /// A part of a stack with nothing but its name and what differs from its defaults: a study does not say in it what has no effect.
  private static func asInAStudy(_ part: Setting) throws -> Setting {
    let entries = try part.entries("a part of a stack")
    guard let name = entries.first(where: { $0.key == "backend" })?.value else { return part }
    let type = try name.placing { try Backends.named(try name.text("backend")) }
    let defaults = Setting(of: try Value(json: Value.table(type.init().recorded).json()), file: part.file)
    let own = Dictionary(uniqueKeysWithValues: try defaults.entries("").map { ($0.key, try $0.value.text("")) })
    return Setting(
      .table(try entries.filter { try $0.key != "version" && own[$0.key] != $0.value.text($0.key) }),
      file: part.file, line: part.line)
  }
}
