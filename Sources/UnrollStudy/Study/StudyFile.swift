import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

/// A study as it stands in its YAML file, with its grid expanded.
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
///     width: 64                               # or parameters: 60000, state_floats: 256, multiply_adds: 50000
///     compare: [layers]                       # options whose lists are the question
///     search: halving                         # candidates compete as they train
///     keep: best                              # which runs leave their model
///
/// A list where one value could stand makes a grid: in `data` of tasks, elsewhere of candidates, of which development chooses one a task and
/// backend, unless `compare` names the option. Unknown keys are errors with their line and the nearest known key, and so
/// are options that have no effect anywhere. `StudyKeys` describes them all.
public struct StudyFile {
  /// As `name(of:)` says.
  public let name: String
  /// The report begins with it.
  public let question: String
  /// Markdown, shown in the report as the author's words.
  public let notes: String
  /// Differences that do not matter.
  public let margin: EqualityMargin
  /// Which runs leave their model.
  public let keep: KeptModels
  let seeds: [Int]
  /// Every cell with its first seed: tasks, then backends.
  let points: [StudyCell]

  /// Cells that a study may have before those are taken out that would be the same.
  static let limit = 100_000

  /// - Throws: `InputError` with everything that is wrong with the file.
  public init(path: String) throws {
    try self.init(try Setting(yaml: try Files.readText(path), file: path), name: StudyFile.name(of: path))
  }

  /// A study is called as its file is, without the extension; its reports and records are, too.
  public static func name(of path: String) -> String { Files.fitted(Files.stem(path)) }

  init(_ setting: Setting, name: String) throws {
    // A key with nothing behind it is as good as none.
    let entries = try setting.entries("a study").filter { !$0.value.isNothing }
    func value(_ key: String) -> Setting? { entries.first { $0.key == key }?.value }
    try StudyFile.refuseTooMany(setting, value)
    let complaints = Complaints()
    StudyKeys.refuseUnknown(entries, StudyKeys.study, "a study", complaints)
    self.name = name
    func text(_ key: String) -> String? {
      value(key).flatMap { setting in complaints.gather { try setting.text(key) } }
    }
    question = text("question") ?? "How do these backends compare?"
    let uneven = text("uneven")
    notes = [text("notes"), uneven.map { "**Backends have different numbers of candidates:** \($0)" }]
      .compactMap(\.self).joined(separator: "\n\n")
    margin = complaints.gather { try value("margin").map(EqualityMargin.init) ?? EqualityMargin() } ?? EqualityMargin()
    keep = complaints.gather { try StudyFile.kept(value("keep")) } ?? .best
    seeds = complaints.gather { try StudyFile.seeds(value("seeds")) } ?? [1]
    let size = complaints.gather { try StudyFile.size(value) } ?? .width(1)
    let tasks = StudyFile.list(value("tasks"), "task", "data sets", setting, complaints) {
      try TaskEntry.expanded($0, number: $1, complaints).map { ($0.label, $0.setting, $0) }
    }
    let backends = StudyFile.list(value("backends"), "backend", "names", setting, complaints) {
      try BackendEntry.expanded($0, number: $1).map { ($0.label, $0.setting, $0) }
    }
    let shared = complaints.gather { try Grid.expand(StudyFile.shared(entries, setting)) } ?? []
    let lists =
      tasks.flatMap(\.varied).map { $0.path(in: nil) }
      + (backends.flatMap(\.varied) + shared.flatMap(\.varied)).map { $0.path(in: .backend) }
    let head = StudyCells.Head(
      study: name, question: question, size: size, seeds: seeds,
      compare: ComparedOptions(value("compare"), lists: lists.unique, complaints))
    let points = StudyCells.points(head, tasks, backends, shared, complaints)
    let search = complaints.gather { try StudyFile.search(value("search")) } ?? nil
    try complaints.check()
    try StudyFile.checkCandidates(points, uneven: value("uneven"), setting)
    if let given = value("seeds"), points.allSatisfy({ !$0.request.openFolds.isEmpty }) {
      throw given.error("seeds has no effect here: the data of every task have folds, each with a run; leave it out")
    }
    self.points = try search.map { [seeds] in try StudyFile.searching(points, seeds: seeds, $0) } ?? points
  }

  /// All cells: tasks, then backends, then seeds or folds.
  public func cells() -> [StudyCell] { points.flatMap { $0.runs(seeds) } }

  /// What `read` makes of the items of a list, each under a name of its own; complaints are gathered.
  private static func list<Entry>(
    _ setting: Setting?, _ what: String, _ kind: String, _ study: Setting, _ complaints: Complaints,
    _ read: (Setting, Int) throws -> [(label: String, setting: Setting, entry: Entry)]
  ) -> [Entry] {
    guard let setting, !setting.items.isEmpty else {
      complaints.add(study.error("a study needs \(what)s: a list of \(kind)"))
      return []
    }
    var seen: Set<String> = []
    return setting.items.enumerated().flatMap { number, item in
      (complaints.gather { try read(item, number) } ?? []).compactMap { label, setting, entry in
        if seen.insert(label).inserted { return entry }
        complaints.add(setting.error("two \(what)s are called \"\(label)\"; give one of them another name"))
        return nil
      }
    }
  }

  /// The tables that hold for every task and backend, as one.
  private static func shared(_ entries: [Setting.Entry], _ setting: Setting) -> Setting {
    let tables = OptionTable.allCases.flatMap { table in entries.filter { $0.key == table.rawValue } }
    return Setting(.table(tables), file: setting.file, line: setting.line)
  }

  /// Who tries more finds a better one by chance alone: a study says why where some backends may.
  private static func checkCandidates(_ points: [StudyCell], uneven: Setting?, _ study: Setting) throws {
    let tasks = Dictionary(grouping: points, by: \.cell.task)
    let counts = points.map(\.cell.task).unique.map { task in
      (task: task, backends: Dictionary(grouping: tasks[task]!, by: \.cell.backend).mapValues(\.count))
    }
    let wrong = counts.first { Set($0.backends.values).count > 1 }
    if let uneven, wrong == nil {
      throw uneven.error("uneven has no effect here: the backends of a task have as many candidates each; leave it out")
    }
    guard let wrong, uneven == nil else { return }
    let names = tasks[wrong.task]!.map(\.cell.backend).unique.map { "\($0) has \(wrong.backends[$0]!)" }
    throw study.error(
      "on \(wrong.task) backends have different numbers of candidates, and who tries more finds a better one by chance: "
        + "\(names.joined(separator: ", ")); give each as many, name options in compare, or say why with uneven: TEXT")
  }

  /// Counts the cells before one is made.
  private static func refuseTooMany(_ setting: Setting, _ value: (String) -> Setting?) throws {
    func sum(_ key: String) -> Int {
      (value(key)?.items ?? []).reduce(0) {
        let copies = (try? $1.entries(key).first { $0.key == "repeat" }?.value.integer("repeat")) ?? 1
        let cells = Grid.multiplied(Grid.size($1), max(1, copies))
        return $0.addingReportingOverflow(cells).overflow ? .max : $0 + cells
      }
    }
    let seeds = value("seeds").map {
      if case .list(let items) = $0.content { items.count } else { (try? $0.integer("")) ?? 1 }
    }
    let shared = OptionTable.allCases.compactMap { value($0.rawValue) }.map(Grid.size)
    let cells = (shared + [sum("tasks"), sum("backends"), max(1, seeds ?? 1)]).reduce(1, Grid.multiplied)
    guard cells > limit else { return }
    let count = cells == .max ? "more cells than can be counted" : "\(cells) cells"
    throw setting.error(
      "the lists of this study make \(count), and \(limit) are the most; shorten some, or make several studies")
  }

  private static func kept(_ setting: Setting?) throws -> KeptModels {
    guard let setting else { return .best }
    let text = try setting.text("keep")
    guard let kept = KeptModels(rawValue: text) else {
      throw setting.error(Suggestion.unknown("value of keep", text, known: KeptModels.allCases.map(\.rawValue)))
    }
    return kept
  }

  /// A count stands for 1…n.
  private static func seeds(_ setting: Setting?) throws -> [Int] {
    guard let setting else { return Array(1...5) }
    if case .list(let items) = setting.content {
      let seeds = try items.map { try $0.integer("a seed") }
      guard !seeds.isEmpty, Set(seeds).count == seeds.count, seeds.allSatisfy({ (0...Int(Int32.max)).contains($0) })
      else {
        throw setting.error("seeds must be different whole numbers, 0…\(Int32.max)")
      }
      return seeds
    }
    let count = try setting.integer("seeds")
    guard (1...1000).contains(count) else { throw setting.error("seeds must be 1…1000, or a list of seeds") }
    return Array(1...count)
  }

  private static func size(_ value: (String) -> Setting?) throws -> ModelSize {
    let keys = ["width"] + Budget.Quantity.allCases.map(\.rawValue)
    let given = keys.compactMap { key in value(key).map { (key: key, setting: $0) } }
    guard let (key, setting) = given.first else { return .width(StackOptions().width) }
    guard given.count == 1 else {
      throw setting.error("\(key) and \(given[1].key) exclude each other; leave one out")
    }
    let amount = try setting.integer(key)
    if let quantity = Budget.Quantity(rawValue: key) {
      guard amount > 0 else { throw setting.error("\(key) must be above zero") }
      return .budget(Budget(quantity, amount))
    }
    guard (1...65_536).contains(amount) else { throw setting.error("width must be 1…65536") }
    return .width(amount)
  }
}
