import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

/// Puts tasks, backends and what they share together to the cells of a study.
///
/// Layers of settings are merged, the most general first, and read as a whole. A shared option holds for the backends that have it
/// and for the cells in which it has an effect; cells that agree without it are one.
struct StudyCells {
  /// What all cells have in common.
  struct Head {
    let study: String
    let question: String
    let size: ModelSize
    let seeds: [Int]
    let compare: ComparedOptions
  }

  /// Where an entry stands.
  private enum Layer: Hashable { case study, task(Int), backend(Int) }

  private struct Origin: Hashable {
    let layer: Layer
    let table: OptionTable
    let key: String
  }

  private typealias Layers = [(layer: Layer, overrides: Overrides)]
  private typealias Placed = (origin: Origin, entry: Setting.Entry)

  private let head: Head
  private let complaints: Complaints
  /// Keys that some backend of the study has.
  private let known: Set<String>
  private var idle = IdleOptions<Origin>()
  private var points: [StudyCell] = []
  /// Keys that no backend has, once they were complained of.
  private var unknown: Set<String> = []
  /// Cells by their settings and by their names, and whose candidates stand under a task's and a backend's.
  private var made: [[UInt8]: (task: Int, backend: Int, label: String)] = [:]
  private var names: Set<String> = []
  private var rows: [[String]: (task: Int, backend: Int)] = [:]

  /// Every cell with its first seed; what is wrong goes to `complaints`.
  static func points(
    _ head: Head, _ tasks: [TaskEntry], _ backends: [BackendEntry], _ shared: [Grid.Point],
    _ complaints: Complaints
  ) -> [StudyCell] {
    var cells = StudyCells(head, backends, complaints)
    if tasks.isEmpty || backends.isEmpty {
      // There is no cell, but there may be more to say.
      for point in shared {
        complaints.gather {
          var (model, training) = (ModelOptions(), TrainingOptions())
          let overrides = try point.overrides()
          complaints.gather { try model.apply(overrides[.model] ?? [], "model") }
          try training.apply(overrides[.training] ?? [], "training")
        }
      }
    }
    for (taskIndex, task) in tasks.enumerated() {
      for (backendIndex, backend) in backends.enumerated() {
        for (index, point) in shared.enumerated() {
          let order = RunRecord.Order(task: taskIndex, backend: backendIndex * shared.count + index)
          complaints.gather { try cells.add(task, backend, point, order) }
        }
      }
    }
    cells.idle.complaints.forEach(complaints.add)
    let rows = Dictionary(grouping: cells.points, by: \.row)
    return cells.points.map { rows[$0.row]!.count > 1 ? $0 : $0.alone() }
  }

  private init(_ head: Head, _ backends: [BackendEntry], _ complaints: Complaints) {
    (self.head, self.complaints) = (head, complaints)
    known = Set(backends.flatMap { BackendSettings($0.type.init()).keys })
  }

  private mutating func add(
    _ task: TaskEntry, _ backend: BackendEntry, _ point: Grid.Point, _ order: RunRecord.Order
  ) throws {
    let layers: Layers = [
      (.study, try point.overrides()), (.task(task.number), task.overrides),
      (.backend(backend.number), backend.overrides),
    ]
    var settings = BackendSettings(backend.type.init())
    if case .width(let width) = head.size { settings.stack.width = width }
    var training = TrainingOptions()
    training.kind = task.request.kind
    let numbers = task.request.isOfNumbers
    var model = ModelOptions(for: task.task, numbers: numbers)
    let what = "backend \(settings.name)"
    let (modelEntries, trainingEntries) = (merged(.model, layers), merged(.training, layers))
    let backendEntries = merged(.backend, layers, keys: settings.keys)
    let ofBackend = complaints.gather {
      try read(&settings, backendEntries, what, { try $0.apply($1) }, { $0.idle($1) })
    }
    let ofModel = complaints.gather {
      try read(&model, modelEntries, "model", { try $0.apply($1, "model") }, { $0.idle($1) })
    }
    let ofTraining = complaints.gather {
      try read(&training, trainingEntries, "training", { try $0.apply($1, "training") }, { $0.idle($1) })
    }
    guard let ofBackend, let ofModel else { return }
    try size(&settings, ofBackend)
    try place(of: "inputs", ofModel, backend).placing { try model.checkInputs(numbers: numbers) }
    try place(of: "head", ofModel, backend).placing { try model.checkHead(task.task) }
    try backend.setting.placing { try check(settings, model, task) }
    guard let ofTraining else { return }
    try place(of: "select", ofTraining, backend).placing { try check(training, task.task) }
    if training.diagnosis, task.task.readsPairs {
      throw place(of: "diagnosis", ofTraining, backend).error(
        "training.diagnosis looks into networks over single sequences, and \(task.task.name) reads pairs; leave it out")
    }
    let used = ofBackend + ofModel + ofTraining
    var shown: Set<[String]> = []
    let taskWords = words(task.varied, in: nil, used, &shown)
    let backendWords = words(backend.varied + point.varied, in: .backend, used, &shown)
    func label(_ title: String, _ words: [(text: String, isRow: Bool)]) -> String {
      ([title] + words.filter(\.isRow).map(\.text)).joined(separator: " ")
    }
    let shift = backend.copy * stride(task)
    let candidate = (taskWords + backendWords).filter { !$0.isRow }.map(\.text)
    try add(
      StudyCell(
        study: head.study, question: head.question,
        cell: RunRecord.Cell(
          task: label(task.title, taskWords), kind: task.task.name, backend: label(backend.title, backendWords),
          seed: head.seeds[0] + shift,
          candidate: candidate.isEmpty ? nil : candidate.joined(separator: " ")),
        shift: shift, order: order, size: head.size, request: task.request, task: task.task,
        backend: settings,
        model: model.forUnit(characters: task.request.isOfCharacters), training: training,
        source: model.inputs.contains { type(of: $0).readsFiles } ? backend.setting : task.request.setting),
      task.number, backend)
  }

  /// From the seeds, or folds, of one of several equal backends to those of the next.
  private func stride(_ task: TaskEntry) -> Int {
    let folds = task.request.openFolds.count
    return folds > 0 ? folds : head.seeds.max()! - head.seeds.min()! + 1
  }

  /// Where a study sets an option, for complaints.
  private func place(of key: String, _ used: [Placed], _ backend: BackendEntry) -> Setting {
    used.first { $0.entry.key == key }?.entry.value ?? backend.setting
  }

  private mutating func add(_ cell: StudyCell, _ task: Int, _ backend: BackendEntry) throws {
    let settings = try cell.resolved.json()
    if let other = made[settings] {
      // Two points of one grid that only options without effect tell apart.
      if other == (task, backend.number, cell.label) { return }
      throw backend.setting.error("\"\(other.label)\" and \"\(cell.label)\" have the same settings; leave one out")
    }
    let row = rows[cell.row] ?? (task, backend.number)
    guard row == (task, backend.number), names.insert(cell.label).inserted else {
      let name = row == (task, backend.number) ? cell.label : cell.row.joined(separator: " / ")
      throw backend.setting.error("two cells are called \"\(name)\"; give one of them another name")
    }
    made[settings] = (task, backend.number, cell.label)
    rows[cell.row] = row
    points.append(cell)
  }

  /// The entries of one table that hold, the most particular of each key.
  ///
  /// - Parameter keys: those that the backend has; what is shared may have others, if some backend of the study has them.
  private mutating func merged(_ table: OptionTable, _ layers: Layers, keys: [String]? = nil) -> [Placed] {
    var winners: [Placed] = []
    for (layer, overrides) in layers {
      for entry in overrides[table] ?? [] {
        if let keys, !keys.contains(entry.key), !isOfBackend(layer) {
          // Of what no backend has, the first says so.
          guard !known.contains(entry.key), unknown.insert(entry.key).inserted else { continue }
        }
        winners.removeAll { $0.entry.key == entry.key }
        winners.append((Origin(layer: layer, table: table, key: entry.key), entry))
      }
    }
    return winners
  }

  private func isOfBackend(_ layer: Layer) -> Bool { if case .backend = layer { true } else { false } }

  /// Applies all entries that have an effect beside each other, and returns them.
  private mutating func read<Settings>(
    _ settings: inout Settings, _ entries: [Placed], _ what: String,
    _ apply: (inout Settings, [Setting.Entry]) throws -> Void, _ idle: (Settings, [Setting.Entry]) -> [IdleOption]
  ) throws -> [Placed] {
    var trial = settings
    var without: [String: IdleOption] = [:]
    defer {
      // Of what cannot be read nobody knows what it would do.
      for (origin, entry) in entries { self.idle.note(origin, without[entry.key]?.complaint(what)) }
    }
    try apply(&trial, entries.map(\.entry))
    for option in idle(trial, entries.map(\.entry)) { without[option.entry.key] = option }
    let used = entries.filter { without[$0.entry.key] == nil }
    try apply(&settings, used.map(\.entry))
    return used
  }

  /// With a budget the smallest width stands for the one that is solved; a width beside it is a mistake.
  private func size(_ settings: inout BackendSettings, _ used: [Placed]) throws {
    guard case .budget(let budget) = head.size else { return }
    if let entry = used.first(where: { $0.entry.key == "width" })?.entry {
      throw entry.error("width and \(budget.quantity.rawValue) exclude each other; leave one out")
    }
    settings.stack.width = settings.options.widthStep
  }

  /// What a backend cannot be, and what does not fit into memory, is said before anything is trained.
  private func check(_ settings: BackendSettings, _ model: ModelOptions, _ task: TaskEntry) throws {
    let (reading, top) = (task.task.reading, type(of: model.head))
    let ofHead = task.task.writes ? Reading.causal : reading
    guard top.fits(ofHead) else {
      throw InputError("the head \(top.name) does not answer what \(task.task.name) asks; leave head out")
    }
    if task.request.isOfCharacters, let reader = model.inputs.first(where: { type(of: $0).readsSpelling }) {
      throw InputError(
        "the input \(type(of: reader).name) reads how words are written, and the tokens of \(task.label) are characters; leave it out"
      )
    }
    let builder = ParameterBuilder.counting()
    // Where only a file says how wide the inputs are, any width shows what cannot be built.
    let layer = try settings.build(model.inputWidth ?? model.embedding, reading, builder)
    if task.task.readsPairs { try model.pairEncoding.check(layer, settings.name) }
    var width = Optional(reading == .summary ? layer.summaryWidth : layer.outputWidth)
    if task.task.writes { width = try model.makeDecoder(layer, settings, builder).outputWidth }
    var count = builder.count
    if case .budget(let budget) = head.size {
      width = nil
      if budget.quantity == .parameters { count = max(count, budget.amount) }
      if budget.quantity == .stateFloats, !layer.isCausal, !task.task.writes {
        throw InputError(
          "backend \(settings.name) needs the whole sequence and has no state to budget; use multiply_adds or parameters"
        )
      }
    }
    try model.head.check(width: width, model, ofHead)
    try TrainingMemory.require(parameters: count, "backend \(settings.name)")
  }

  /// Which of its metrics a task has, its data say; which it never has is said before anything is trained.
  private func check(_ training: TrainingOptions, _ task: any Task.Type) throws {
    let names = task.metrics.map(\.name)
    guard training.select.isEmpty || names.contains(training.select) else {
      throw InputError("training.select: \(Suggestion.unknown("metric", training.select, known: names))")
    }
  }

  /// The varied options that are used, each with its value and once: what the items of a list are told apart by.
  ///
  /// - Parameter table: that of the keys that stand in no other.
  private func words(
    _ varied: [Grid.Varied], in table: OptionTable?, _ used: [Placed], _ shown: inout Set<[String]>
  ) -> [(text: String, isRow: Bool)] {
    varied.compactMap { varied in
      let path = varied.path(in: table)
      guard shown.insert(path).inserted else { return nil }
      let isRow = head.compare.contains(path)
      guard let owner = OptionTable(rawValue: path[0]) else {
        return ["data", "task"].contains(varied.path[0]) ? (varied.label, isRow) : nil
      }
      guard let winner = used.first(where: { $0.origin.table == owner && $0.origin.key == path.last })?.entry
      else { return nil }
      // What a more particular layer says instead has a title of its own.
      let titles = [winner.value.title, winner.value.brief]
      return ("\(winner.key)=\(titles.contains(varied.value) ? varied.value : titles[0])", isRow)
    }
  }
}

/// What training takes beside its data and its steps.
enum TrainingMemory {
  /// - Throws: `InputError` when so many parameters do not fit into memory.
  static func require(parameters: Int, _ what: String) throws {
    // Values, best values, gradients and the two moments of Adam, four bytes each.
    try Resources.require(
      Double(parameters) * 20, for: "\(what): \(parameters) parameters", "use a smaller width, or fewer layers")
  }
}
