import UnrollCore
import UnrollData
import UnrollTraining

/// What the runs of a study predicted for every test item, beside its text and what is true of it, as one CSV:
///
///     task,seed,item,text,truth,lstm,gru
///     trec,1,1,how far is it from denver to aspen ?,NUM,NUM,LOC
///
/// A row is an item of a task and a seed (or a fold, in its place), in the order of the test split; items are counted from 1. Tokens and their labels stand
/// between blanks, characters side by side; `_` stands where no label is asked for. The field of a run that has left nothing is empty.
public struct PredictionTable {
  /// Of runs that left predictions.
  let tasks: [TaskPredictions]
  private let backends: [String]
  /// Runs of which there are predictions, and of which there are none.
  public let (kept, missing): (Int, Int)
  /// What is wrong with the files of the rest.
  public let broken: [InputError]

  /// - Parameters:
  ///   - requests: runs of a study, of each backend those of one candidate.
  ///   - store: where they left their predictions.
  ///   - location: where their data lie, which are read again for the texts.
  /// - Throws: `InputError` for data that cannot be read.
  public init(_ requests: [RunRequest], _ store: RecordStore, _ location: DataLocation) throws {
    var broken: [InputError] = []
    // Every fold has a test split of its own.
    func split(_ request: RunRequest) -> [String] {
      [request.cell.cell.task, request.cell.fold.map(String.init) ?? ""]
    }
    tasks = try requests.map(split).unique.compactMap { own in
      try TaskPredictions(requests.filter { split($0) == own }, store, location, &broken)
    }
    (backends, self.broken) = (requests.map(\.cell.cell.backend).unique, broken)
    kept = tasks.reduce(0) { $0 + $1.runs.count }
    missing = requests.count - kept - broken.count
  }

  /// The whole table in UTF-8, with a head.
  public var csv: [UInt8] {
    var text = CSV.row(["task", "seed", "item", "text", "truth"] + backends)
    for task in tasks {
      for seed in task.runs.map(\.seed).unique {
        let columns = Dictionary(
          task.runs.filter { $0.seed == seed }.map { ($0.backend, $0.said) }, uniquingKeysWith: { $1 })
        for (index, item) in task.items.enumerated() {
          text += CSV.row(
            [task.name, "\(seed)", "\(index + 1)", item.text, task.truths[index]]
              + backends.map { columns[$0]?[index] ?? "" })
        }
      }
    }
    return Array(text.utf8)
  }
}
