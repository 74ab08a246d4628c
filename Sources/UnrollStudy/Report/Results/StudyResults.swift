import UnrollCore
import UnrollStatistics
import UnrollTraining

/// The records of one study, grouped by task and backend in an order that depends on nothing but their content.
struct StudyResults {
  let question: String
  /// Markdown of the study's author; empty when there is none.
  let notes: String
  /// Of all candidates, sorted by task, backend, candidate and seed.
  let records: [RunRecord]
  let tasks: [TaskResults]
  /// Every backend of the study in its order: the index gives colour and marks in all figures.
  let backends: [String]
  /// Tasks that were taken apart, because their runs have vocabularies or label sets of different sizes.
  let separated: [String]

  /// Runs that wait at a rung of their search.
  let waiting: Int

  /// How many seeds there are, and how many folds.
  var runNouns: [(noun: String, count: Int)] {
    let folded = Set(tasks.filter(\.isOfFolds).map(\.name))
    return ["seed", "fold"].compactMap { noun in
      let runs = records.filter { folded.contains($0.cell.task) == (noun == "fold") }
      return runs.isEmpty ? nil : (noun, runs.map { noun == "fold" ? $0.fold ?? 0 : $0.cell.seed }.unique.count)
    }
  }

  /// What tables call the column that tells runs apart.
  var runTitle: String { runNouns.map(\.noun).joined(separator: " or ") }

  /// Those of the candidates that were chosen.
  var chosen: [RunRecord] { tasks.flatMap(\.records) }

  /// Sorts and groups; records of other studies are left out, copies of a record count once.
  ///
  /// - Throws: `InputError` when no record belongs to the study, or two stand for the same cell and seed.
  init(_ all: [RunRecord], study: String, notes: String = "", margin: EqualityMargin = EqualityMargin()) throws {
    var mine = all.filter { $0.study == study }
    guard !mine.isEmpty else { throw InputError("there is no record of the study \"\(study)\": run it first") }
    separated = StudyResults.separate(&mine)
    let taskNames = StudyResults.names(mine, \.cell.task, \.task)
    let backendNames = StudyResults.names(mine, \.cell.backend, \.backend)
    let sorted = try StudyResults.sorted(mine, taskNames, backendNames)
    try StudyResults.complainAboutRivals(sorted)
    self.notes = notes
    question = sorted.map(\.question).unique.sorted().joined(separator: " ")
    let critical = CriticalValues(Judgement.confidence)
    let all = taskNames.map { name in
      TaskResults(
        name: name, records: sorted.filter { $0.cell.task == name }, palette: backendNames, margin: margin,
        critical: critical)
    }
    let begun = all.filter { !$0.backends.isEmpty }
    guard !begun.isEmpty else {
      throw InputError("no run of the study \"\(study)\" has come to its end yet: go on with `unroll run`")
    }
    tasks = begun
    backends = backendNames.filter { name in begun.contains { $0.backends.contains { $0.name == name } } }
    waiting = all.flatMap(\.selections).reduce(0) { $0 + $1.waiting }
    // Of what a search stopped no more than it had learnt there.
    let seen = all.flatMap(\.selections).flatMap(\.candidates).flatMap(\.records)
    let places = Dictionary(seen.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    records = sorted.map { places[$0.identity]! }
  }

  /// Scores over different numbers of classes do not compare: a model that knows one word predicts it always. Runs of a task that
  /// differ in it become tasks of their own, named by it.
  /// - Returns: the tasks that were taken apart.
  private static func separate(_ records: inout [RunRecord]) -> [String] {
    let all = records
    let tasks = Dictionary(grouping: all.indices, by: { all[$0].cell.task }).filter { _, runs in
      Set(runs.map { all[$0].data.classes }.filter { $0 > 0 }).count > 1
    }
    for (task, runs) in tasks {
      for run in runs {
        // A run that failed early knows no classes; it stands with the others of its backend.
        let kin = runs.filter { all[$0].cell.backend == all[run].cell.backend }
        let known = ([run] + kin + runs).map { all[$0].data.classes }.first { $0 > 0 }!
        let kind =
          [LanguageModelling.name, SequenceToSequence.name].contains(all[run].cell.kind)
          ? "a vocabulary of" : "classes:"
        records[run].cell.task = "\(task), \(kind) \(Digits.whole(known))"
      }
    }
    return tasks.keys.sorted()
  }

  /// Names by the smallest position that any record gives them, then by name; those without one last.
  private static func names(
    _ records: [RunRecord], _ name: KeyPath<RunRecord, String>, _ position: KeyPath<RunRecord.Order, Int>
  ) -> [String] {
    var positions: [String: Int] = [:]
    for record in records {
      positions[record[keyPath: name]] = min(
        positions[record[keyPath: name]] ?? .max, record.order.map { $0[keyPath: position] } ?? .max)
    }
    return positions.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
  }

  private static func sorted(_ records: [RunRecord], _ tasks: [String], _ backends: [String]) throws -> [RunRecord] {
    let taskPosition = Dictionary(uniqueKeysWithValues: zip(tasks, 0...))
    let backendPosition = Dictionary(uniqueKeysWithValues: zip(backends, 0...))
    let keyed = try oneEach(records).map { record in
      (
        taskPosition[record.cell.task]!, backendPosition[record.cell.backend]!, record.cell.candidate ?? "",
        record.cell.seed, record.identity, record
      )
    }
    return keyed.sorted { ($0.0, $0.1, $0.2, $0.3, $0.4) < ($1.0, $1.1, $1.2, $1.3, $1.4) }.map(\.5)
  }

  /// One record an identity. Of a run made twice the one with the smaller bytes stays, whichever came first.
  private static func oneEach(_ records: [RunRecord]) throws -> [RunRecord] {
    try Dictionary(grouping: records, by: \.identity).values.map { copies in
      guard copies.count > 1 else { return copies[0] }
      let written = try copies.map { (bytes: try $0.json(pretty: false), record: $0) }
      return written.min { $0.bytes.lexicographicallyPrecedes($1.bytes) }!.record
    }
  }

  /// Two records of one cell come from two versions of the study; a mean over both would be of nothing.
  private static func complainAboutRivals(_ records: [RunRecord]) throws {
    for (a, b) in zip(records, records.dropFirst()) where a.cell == b.cell {
      throw InputError(
        "two records stand for \(a.cell.task), \(a.cell.title), seed \(a.cell.seed): \(a.identity) and "
          + "\(b.identity); delete the one whose settings the study no longer has")
    }
  }
}
