import UnrollCore
import UnrollData
import UnrollTraining

/// What the runs of one task predicted, in words, beside the items of its test split.
struct TaskPredictions {
  struct Run {
    let backend: String
    let seed: Int
    /// For every item.
    let said: [String]
  }

  let name: String
  /// Which fold it is; nil where test splits are all the same.
  let fold: Int?
  let items: [TestItems.Item]
  /// What is true of every item.
  let truths: [String]
  let runs: [Run]
  /// Whether an item can be wholly right: neither numbers nor blocks of running text are.
  let areCounted: Bool

  /// With the fold.
  var title: String { name + (fold.map { ", fold \($0)" } ?? "") }

  /// Nil where no run has left its predictions.
  ///
  /// - Parameters:
  ///   - requests: of the task.
  ///   - broken: gets what is wrong with files that cannot be used.
  /// - Throws: `InputError` for data that cannot be read.
  init?(_ requests: [RunRequest], _ store: RecordStore, _ location: DataLocation, _ broken: inout [InputError]) throws {
    func unlessBroken<T>(_ body: () throws -> T?) throws -> T? {
      do { return try body() } catch let error as InputError {
        broken.append(error)
        return nil
      }
    }
    let left = try requests.compactMap { request in
      try unlessBroken { try store.predictions(of: request.identity) }.map { (request: request, answers: $0) }
    }
    guard let cell = left.first?.request.cell else { return nil }
    let split = TestItems(
      try cell.request.load(location), cell.task, characters: cell.request.isOfCharacters,
      targetCharacters: cell.request.targetTokeniser?.unit == .character)
    // Runs whose vocabularies were cut alike name their classes alike.
    var classes: [[Int]: [String]] = [:]
    runs = try left.compactMap { request, answers in
      let (own, model) = (request.cell.cell, request.cell.model)
      let vocabulary = [model.minimumCount, model.vocabularyLimit]
      let names = classes[vocabulary] ?? split.classes(model)
      classes[vocabulary] = names
      return try unlessBroken { try split.said(answers, names, store.predictionsPath(of: request.identity)) }.map {
        Run(backend: own.backend, seed: own.seed, said: $0)
      }
    }
    (name, fold, items, truths) = (cell.cell.task, cell.fold, split.items, split.items.map(split.truth))
    areCounted = cell.task.asks != .numbers && cell.task.kind != .text
  }
}

extension TestItems {
  /// What was predicted for every item.
  ///
  /// - Parameters:
  ///   - classes: their names.
  ///   - path: of the file, for complaints.
  /// - Throws: `InputError` for predictions of other data.
  fileprivate func said(_ predicted: Answers, _ classes: [String], _ path: String) throws -> [String] {
    func refuse(_ count: Int, _ what: String) -> InputError {
      InputError(
        "has \(count.counted("prediction")) of other data: the test split has \(targets.counted("target")) of \(what); delete it",
        file: path)
    }
    let words: [String]
    switch predicted {
    case .classes(let found):
      guard found.count == targets, found.allSatisfy({ classes.indices.contains(Int($0)) }) else {
        throw refuse(found.count, "\(classes.count) classes")
      }
      words = found.map { classes[Int($0)] }
    case .numbers(let found):
      guard found.count == targets, classes.isEmpty else { throw refuse(found.count, "numbers") }
      words = found.map { "\($0)" }
    case .texts(let found):
      guard found.count == items.count, found.joined().allSatisfy({ classes.indices.contains(Int($0)) }) else {
        throw refuse(found.count, "\(items.count.counted("text"))")
      }
      return found.map { text in written(text.map { classes[Int($0)] }) }
    }
    var start = 0
    return items.map { item in
      defer { start += item.truths.count }
      return text(item, words[start..<(start + item.truths.count)])
    }
  }
}
