import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

/// One cell of a study's grid with one seed: everything that a run needs, resolved.
public struct StudyCell: Sendable {
  public let index: Int
  public let study: String
  public let question: String
  public let cell: RunRecord.Cell
  public let order: RunRecord.Order
  public let size: StudyFile.Size
  let request: DataRequest
  let task: any Task.Type
  let backend: BackendSettings
  let model: ModelOptions
  let training: TrainingOptions

  /// Every setting, defaults included. A width that is solved from a budget stands as the budget.
  public var resolved: Value {
    guard case .table(var backend) = backend.resolved else { preconditionFailure("settings are tables") }
    if case .parameters(let budget) = size {
      backend["width"] = nil
      backend["parameters"] = .integer(budget)
    }
    return .table([
      "backend": .table(backend), "data": .table(request.resolved), "model": .table(model.recorded),
      "training": .table(training.recorded), "seed": .integer(cell.seed),
      "task": .table(["name": .string(task.name), "version": .integer(task.version)]),
    ])
  }

  /// The run's identity: the digest of its resolved settings and of its data.
  public func identity(dataDigest: String) throws -> String {
    // Where a file lies is not what it says: the digest of the data stands for the files.
    guard case .table(var settings) = resolved, case .table(var data) = settings["data"] else {
      preconditionFailure("settings are tables")
    }
    for key in ["train", "development", "test"] { data[key] = nil }
    settings["data"] = .table(data)
    let whole = Value.table(["settings": .table(settings), "data": .string(dataDigest)])
    return String(Digest.hex(try whole.json()).prefix(24))
  }
}

extension StudyFile {
  /// All cells: tasks, then backends, then seeds.
  ///
  /// - Throws: `InputError` for settings that cannot be, and for two cells that are one run under two names.
  public func cells() throws -> [StudyCell] {
    var (cells, labels): ([StudyCell], [[UInt8]: String]) = ([], [:])
    for (taskIndex, task) in tasks.enumerated() {
      for backend in try varied(task) {
        let order = RunRecord.Order(task: taskIndex, backend: backend.order)
        for seed in seeds {
          let cell = try cell(cells.count, task, backend.entry, seed, backend.shared, order)
          if let other = labels.updateValue(cell.label, forKey: try cell.resolved.json()) {
            throw backend.entry.place.error("\"\(other)\" and \"\(cell.label)\" have the same settings; leave one out")
          }
          cells.append(cell)
        }
      }
    }
    return cells
  }

  /// Every backend with every combination of the lists in the study's own backend, model and training settings.
  private func varied(_ task: TaskEntry) throws -> [(entry: BackendEntry, shared: Overrides, order: Int)] {
    let tables = [("backend", shared.backend), ("model", shared.model), ("training", shared.training)]
    let whole = Setting(
      .table(
        tables.map { Setting.Entry(key: $0.0, line: 1, value: Setting(.table($0.1), file: task.place.file, line: 1)) }),
      file: task.place.file, line: 1)
    let points = try Grid.expand(whole)
    return try backends.enumerated().flatMap { index, backend in
      try points.enumerated().map { number, point in
        let entries = try point.setting.entries("a study")
        let overrides = Overrides(
          backend: try entries[0].value.entries("backend"), model: try entries[1].value.entries("model"),
          training: try entries[2].value.entries("training"))
        return (backend.labelled(point.varied), overrides, index * points.count + number)
      }
    }
  }

  private func cell(
    _ index: Int, _ task: TaskEntry, _ backend: BackendEntry, _ seed: Int, _ shared: Overrides, _ order: RunRecord.Order
  ) throws -> StudyCell {
    var settings = try backend.place.placing { try BackendSettings(backend.name, []) }
    if case .width(let width) = size { settings.stack.width = width }
    var (model, training) = (ModelOptions(), TrainingOptions())
    for overrides in [shared, task.overrides, backend.overrides] {
      try settings.apply(overrides.backend)
      try model.apply(overrides.model, "model")
      try training.apply(overrides.training, "training")
    }
    if case .parameters = size,
      let entry = (shared.backend + task.overrides.backend + backend.overrides.backend)
        .first(where: { $0.key == "width" })
    {
      throw InputError(
        "width and parameters exclude each other; leave one out", file: entry.value.file, line: entry.line)
    }
    // The smallest width; the solver takes a multiple of it.
    if case .parameters = size { settings.stack.width = settings.options.widthStep }
    // Anything a backend cannot be is said before anything is trained.
    try backend.place.placing { _ = try settings.build(1, task.task.reading, .counting()) }
    return StudyCell(
      index: index, study: name, question: question,
      cell: RunRecord.Cell(task: task.label, harness: task.task.name, backend: backend.label, seed: seed), order: order,
      size: size, request: task.request, task: task.task, backend: settings, model: model, training: training)
  }
}

extension StudyFile.BackendEntry {
  fileprivate func labelled(_ varied: [String]) -> StudyFile.BackendEntry {
    StudyFile.BackendEntry(self, label: ([label] + varied).joined(separator: " "))
  }

  fileprivate init(_ other: StudyFile.BackendEntry, label: String) {
    self.label = label
    (name, overrides, place) = (other.name, other.overrides, other.place)
  }
}

extension Setting {
  /// Runs `body`; a complaint without a place gets this one.
  func placing<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as InputError where error.file == nil { throw self.error(error.message) }
  }
}
