import UnrollCore
import UnrollData
import UnrollLayers

/// Resolved settings, as records and model files have them, read back by the tables that read a study.
///
/// Options that came `later` and are absent have their defaults. Versions are not read here.
package struct ResolvedSettings {
  private let settings: Value
  private let file: String

  /// - Parameter file: where the settings stand, for complaints.
  package init(_ settings: Value, file: String) { (self.settings, self.file) = (settings, file) }

  private func entries(_ key: String) throws -> [Setting.Entry] {
    guard let table = settings[key] else { throw InputError("the settings of a run lack \(key)", file: file) }
    return try Setting(of: table, file: file).entries(key).filter { $0.key != "version" }
  }

  /// - Parameter source: where a study asks for files of its own.
  package func request(_ source: Setting?) throws -> DataRequest {
    try DataRequest(
      sparing: Setting(.table(try entries("data")), file: source?.file ?? file, line: source?.line ?? 1))
  }

  package func task(_ kind: CorpusKind) throws -> any Task.Type {
    try Tasks.made(for: kind, named: settings["task"]?["name"]?.string)
  }

  package func model(for task: any Task.Type, numbers: Bool) throws -> ModelOptions {
    var model = ModelOptions(for: task, numbers: numbers)
    try model.apply(try entries("model"), "model")
    return model
  }

  package func training(_ kind: CorpusKind) throws -> TrainingOptions {
    var training = TrainingOptions()
    training.kind = kind
    try training.apply(try entries("training"), "training")
    return training
  }

  /// - Returns: the backend, and the budget from which its width is to be solved, if there is one: the smallest width stands for it.
  package func backend() throws -> (settings: BackendSettings, budget: Budget?) {
    let entries = try entries("backend")
    func value(_ key: String) -> Setting? { entries.first { $0.key == key }?.value }
    guard let name = value("backend") else { throw InputError("the settings of a run name a backend", file: file) }
    var backend = try name.placing { BackendSettings(try Backends.named(try name.text("backend")).init()) }
    try backend.apply(
      entries.filter { $0.key != "backend" && Budget.Quantity(rawValue: $0.key) == nil }.map { entry -> Setting.Entry in
        guard entry.key == StackOfBackendsOptions.listKey else { return entry }
        let parts = Setting(.list(try entry.value.items.map(asInAStudy)), file: file, line: entry.line)
        return Setting.Entry(key: entry.key, line: entry.line, value: parts)
      })
    let budget = try Budget.Quantity.allCases.compactMap { quantity in
      try value(quantity.rawValue).map { Budget(quantity, try $0.integer(quantity.rawValue)) }
    }.first
    if budget != nil { backend.stack.width = backend.options.widthStep }
    return (backend, budget)
  }

  /// A part of a stack with nothing but its name and what differs from its defaults: a study does not say in it what has no effect.
  private func asInAStudy(_ part: Setting) throws -> Setting {
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
