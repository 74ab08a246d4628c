import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

/// One cell of a study's grid with one seed: everything that a run needs, resolved.
public struct StudyCell: Sendable {
  /// The study's name.
  public let study: String
  /// What the study asks.
  public let question: String
  /// Task, backend, candidate and seed by name.
  public private(set) var cell: RunRecord.Cell
  /// What is added to the study's seeds.
  let shift: Int
  /// Which fold of its data it is, as a cell of a study; nil where it is a seed.
  private(set) var fold: Int? = nil
  /// Where the study lists task and backend.
  public let order: RunRecord.Order
  /// A width, or the budget that it is solved from.
  public let size: ModelSize
  private(set) var request: DataRequest
  let task: any Task.Type
  let backend: BackendSettings
  let model: ModelOptions
  let training: TrainingOptions
  /// Where the study names files of its own, whose paths begin there; nil where it names none.
  let source: Setting?

  /// The task and the backend, whose candidates are told apart by nothing but their options.
  var row: [String] { [cell.task, cell.backend] }

  /// The same cell where there is no other candidate.
  func alone() -> StudyCell {
    var copy = self
    copy.cell.candidate = nil
    return copy
  }

  /// The same cell among candidates that compete.
  func searching(_ search: RunRecord.Search?) -> StudyCell {
    var copy = self
    copy.cell.search = search
    return copy
  }

  /// The same cell with another seed.
  func with(seed: Int) -> StudyCell {
    var copy = self
    copy.cell.seed = seed
    return copy
  }

  /// The cell's runs: one a seed, or one a fold where the data have folds. A fold's seed is its number.
  func runs(_ seeds: [Int]) -> [StudyCell] {
    guard !request.openFolds.isEmpty else { return seeds.map { with(seed: $0 + shift) } }
    return request.openFolds.map { fold in
      var copy = with(seed: fold + shift)
      (copy.fold, copy.request) = (fold, request.taking(fold: fold))
      return copy
    }
  }

  /// Every setting, defaults included. A width that is solved from a budget stands as the budget.
  public var resolved: Value {
    guard case .table(var backend) = backend.resolved else { preconditionFailure("settings are tables") }
    if case .budget(let budget) = size {
      backend["width"] = nil
      backend[budget.quantity.rawValue] = .integer(budget.amount)
    }
    return .table([
      "backend": .table(backend), "data": .table(request.resolved), "model": .table(model.recorded),
      "training": .table(training.recorded), "seed": .integer(cell.seed),
      "task": .table(["name": .string(task.name), "version": .integer(task.version)]),
    ])
  }

  /// The run's identity: the digest of its resolved settings and of its data.
  ///
  /// - Throws: for a setting that is not finite, which JSON has not.
  public func identity(dataDigest: String) throws -> String {
    try StudyCell.identity(of: resolved, dataDigest: dataDigest)
  }

  /// The identity that resolved settings have.
  static func identity(of settings: Value, dataDigest: String) throws -> String {
    // Where a file lies is not what it says: the digest of the data stands for the files.
    guard case .table(var settings) = settings, case .table(var data) = settings["data"] else {
      throw InputError("the settings of a run are a table with data")
    }
    for split in Split.allCases { data[split.rawValue] = nil }
    settings["data"] = .table(data)
    if case .table(var model)? = settings["model"], case .list(let inputs)? = model["inputs"] {
      model["inputs"] = .list(inputs.map(withoutFile))
      settings["model"] = .table(model)
    }
    let whole = Value.table(["settings": .table(settings), "data": .string(dataDigest)])
    return String(Digest.hex(try whole.json()).prefix(24))
  }

  private static func withoutFile(_ input: Value) -> Value {
    guard case .table(var table) = input else { return input }
    table["file"] = nil
    return .table(table)
  }

  /// What the inputs read from files of their own.
  func tables(_ loaded: LoadedData, _ location: DataLocation) throws -> InputTables {
    try InputTables(model.inputs, loaded.corpus) { path in
      let own = Files.join(Files.parent(of: source?.file ?? ""), path)
      if Files.exists(own) { return own }
      if let found = location.find(path) { return found }
      let roots = location.roots.map { ", nor in \($0)" }.joined()
      throw InputError("there is no file \(own)\(roots)", file: source?.file, line: source?.line)
    }
  }
}
