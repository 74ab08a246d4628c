import UnrollCore
import UnrollData
import UnrollTraining

/// What the runs of a study predicted for every test item, beside its text and what is true of it, as one CSV:
///
///     task,seed,item,text,truth,lstm,gru
///     trec,1,1,how far is it from denver to aspen ?,NUM,NUM,LOC
///
/// A row is an item of a task and a seed, in the order of the test split; items are counted from 1. Tokens and their labels stand
/// between blanks, characters side by side; `_` stands where no label is asked for. The field of a run that has left nothing is empty.
public struct PredictionTable {
  public let csv: [UInt8]
  /// Runs of which there are predictions, and of which there are none.
  public let (kept, missing): (Int, Int)
  /// What is wrong with the files of the rest.
  public let broken: [InputError]

  /// - Parameter requests: all runs of a study.
  /// - Throws: `InputError` for data that cannot be read.
  public init(_ requests: [RunRequest], _ store: RecordStore, _ location: DataLocation) throws {
    let backends = requests.map(\.cell.cell.backend).unique
    var (text, kept) = (CSV.row(["task", "seed", "item", "text", "truth"] + backends), 0)
    var broken: [InputError] = []
    func unlessBroken<T>(_ body: () throws -> T?) throws -> T? {
      do { return try body() } catch let error as InputError {
        broken.append(error)
        return nil
      }
    }
    for task in requests.map(\.cell.cell.task).unique {
      let runs = try requests.filter { $0.cell.cell.task == task }.compactMap { request in
        try unlessBroken { try store.predictions(of: request.identity) }.map {
          (request.cell, $0, store.predictionsPath(of: request.identity))
        }
      }
      guard let first = runs.first?.0 else { continue }
      let items = TestItems(
        try first.request.load(location), first.task, characters: first.request.isOfCharacters)
      let truths = items.items.map(items.truth)
      var classes: [[Int]: [String]] = [:]
      for seed in runs.map(\.0.cell.seed).unique {
        var columns: [String: [String]] = [:]
        for (cell, predicted, path) in runs where cell.cell.seed == seed {
          let vocabulary = [cell.model.minimumCount, cell.model.vocabularyLimit]
          let names = classes[vocabulary] ?? items.classes(cell.model)
          classes[vocabulary] = names
          guard
            let column = try unlessBroken({ try PredictionTable.column(items, predicted, names, path) })
          else { continue }
          columns[cell.cell.backend] = column
          kept += 1
        }
        for (index, item) in items.items.enumerated() {
          text += CSV.row(
            [task, "\(seed)", "\(index + 1)", item.text, truths[index]] + backends.map { columns[$0]?[index] ?? "" }
          )
        }
      }
    }
    (csv, self.kept, missing) = (Array(text.utf8), kept, requests.count - kept - broken.count)
    self.broken = broken
  }

  /// What a run predicted for every item.
  private static func column(_ items: TestItems, _ predicted: Answers, _ classes: [String], _ path: String) throws
    -> [String]
  {
    func refuse(_ count: Int, _ what: String) -> InputError {
      InputError(
        "has \(count.counted("prediction")) of other data: the test split has \(items.targets.counted("target")) of \(what); delete it",
        file: path)
    }
    let words: [String]
    switch predicted {
    case .classes(let found):
      guard found.count == items.targets, found.allSatisfy({ classes.indices.contains(Int($0)) }) else {
        throw refuse(found.count, "\(classes.count) classes")
      }
      words = found.map { classes[Int($0)] }
    case .numbers(let found):
      guard found.count == items.targets, classes.isEmpty else { throw refuse(found.count, "numbers") }
      words = found.map { "\($0)" }
    }
    var start = 0
    return items.items.map { item in
      defer { start += item.truths.count }
      return items.text(item, words[start..<(start + item.truths.count)])
    }
  }
}
