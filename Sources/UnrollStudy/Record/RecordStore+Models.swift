import UnrollCore
import UnrollTraining

/// Which runs of a study leave their model beside their record.
public enum KeptModels: String, CaseIterable, Sendable {
  /// Of every task and backend the best on development: of candidates the best seed of the chosen one.
  case best
  /// Every run's.
  case all
  /// No run's.
  case none
}

/// Models that runs leave: beside a record a file `<identity>.safetensors`, for the folder to work in alone.
extension RecordStore {
  private static let ending = ".safetensors"

  package func modelPath(of identity: String) -> String { "\(folder)/\(identity)\(RecordStore.ending)" }

  /// Writes all that a run leaves, the record last: who finds it, finds the rest. Of the best, those that it beats lose their models then.
  ///
  /// - Parameter note: told in a sentence where the model cannot be written; the scores are kept all the same.
  func write(_ outcome: CellRun.Outcome, keep: KeptModels, note: (String) -> Void = { _ in }) throws {
    let path = modelPath(of: outcome.record.identity)
    let model = keep == .none ? nil : outcome.model
    do { try model?().write(to: path) } catch let error as InputError {
      note("\(error); so the run leaves its scores without its model")
      // An older one is not that of these scores.
      try? Files.remove(path)
      return try write(outcome.record, predictions: outcome.predictions)
    }
    try write(outcome.record, predictions: outcome.predictions)
    guard let model else { return try Files.remove(path) }
    guard keep == .best else { return }
    // Somebody may have held it against an older record of this run.
    if !Files.exists(path) { try model().write(to: path) }
    // As it was written: settings that were read say 1 where others say 1.0.
    try keepBestModel(like: try read(outcome.record.identity))
  }

  /// Models that finished runs of a study should have left, and that are not here.
  func lackingModels(_ records: [RunRecord], _ keep: KeptModels) -> Int {
    let groups = Dictionary(grouping: records.filter { $0.status == .finished }) { [$0.cell.task, $0.cell.backend] }
    return groups.values.reduce(0) { sum, runs in
      let there = runs.count { Files.exists(modelPath(of: $0.identity)) }
      let wanted = keep == .all ? runs.count : keep == .best ? 1 : 0
      return sum + max(0, wanted - there)
    }
  }

  /// Once all runs of a task and backend are done, one keeps its model: of the seeds of the chosen candidate the best on development.
  ///
  /// Earlier nobody knows the choice, which hangs on means: so until then each candidate keeps its best. The best run of all, which could be told at
  /// once, may be one of a candidate that the report does not show. Of the seeds each run sees to that itself, unless it was killed between its record
  /// and that.
  func keepChosenModels(_ requests: [RunRequest]) throws {
    for runs in Dictionary(grouping: requests, by: \.cell.row).values {
      let records = try runs.map(\.identity).filter(contains).map(read)
      guard records.count == runs.count else { continue }
      let selection = Selection(records)
      guard selection.waiting == 0 else { continue }
      let kept = selection.chosen.records.filter { $0.status == .finished && Files.exists(modelPath(of: $0.identity)) }
      let best = RunRecord.best(kept)
      for record in records where record.identity != best?.identity {
        try Files.remove(modelPath(of: record.identity))
      }
    }
  }

  /// Of the runs that differ from this one in their seed or fold alone, only the best on development keeps its model, of equal ones that of the lowest
  /// seed. A run without a record is under way and is left alone.
  ///
  /// Whoever ends last sees all others, and everybody removes the same files: several runners need no lock.
  private func keepBestModel(like record: RunRecord) throws {
    let runs = try Files.list(folder).filter { $0.hasSuffix(RecordStore.ending) }.compactMap { name -> RunRecord? in
      let other = try? read(String(name.dropLast(RecordStore.ending.count)))
      return other.flatMap { $0.differsInSeedAlone(from: record) ? $0 : nil }
    }
    let best = RunRecord.best(runs + [record])
    for run in runs where run.identity != best?.identity { try Files.remove(modelPath(of: run.identity)) }
  }
}

extension RunRecord {
  fileprivate func differsInSeedAlone(from other: RunRecord) -> Bool {
    func seedless(_ record: RunRecord) -> Value? {
      guard case .table(var table) = record.settings, case .table(var data)? = table["data"] else { return nil }
      data["fold"] = nil
      (table["seed"], table["data"]) = (nil, .table(data))
      return .table(table)
    }
    return status == .finished && data.digest == other.data.digest && seedless(self) == seedless(other)
  }

  /// On development, by the metric that its training selected by; of equal ones that of the lowest seed.
  fileprivate static func best(_ runs: [RunRecord]) -> RunRecord? {
    runs.dropFirst().reduce(runs.first) { best, run in best.map { run.isBetter(than: $0) ? run : $0 } }
  }

  private func isBetter(than other: RunRecord) -> Bool {
    guard let metric = selecting else { return false }
    let (own, theirs) = (scores[.development]?[metric.name] ?? .nan, other.scores[.development]?[metric.name])
    return own == theirs ? cell.seed < other.cell.seed : metric.isBetter(own, than: theirs)
  }
}
