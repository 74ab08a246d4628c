import UnrollCore
import UnrollData
import UnrollTraining

/// The test split as people read it: its texts, what is true of them, and the names of classes.
///
/// An item is a sequence, or a block of running text, whose truth is what follows its tokens.
struct TestItems {
  struct Item {
    let text: String
    /// Of every target, K a step where numbers are asked for; nil where nothing is.
    let truths: [String?]
  }

  /// Stands where nothing is asked for.
  private static let nothing = "_"

  let items: [Item]
  private let corpus: Corpus
  private let labels: [String]
  private let asks: TargetKind
  /// Between the tokens of a text, and between its truths.
  private let (between, betweenTruths): (String, String)

  /// - Parameters:
  ///   - characters: whether a token is a character.
  ///   - targetCharacters: whether one of a text that is written is.
  init(_ data: LoadedData, _ task: any Task.Type, characters: Bool, targetCharacters: Bool = false) {
    (corpus, labels, asks) = (data.corpus, data.labels.names, task.asks)
    let between = characters ? "" : " "
    self.between = between
    betweenTruths = corpus.kind == .text ? between : targetCharacters ? "" : " "
    switch corpus {
    case .tagged(let splits):
      items = splits.test.map { Item(text: $0.words.joined(separator: between), truths: $0.tags) }
    case .labelled(let splits):
      items = splits.test.map { Item(text: $0.words.joined(separator: between), truths: [$0.label]) }
    case .pairs(let splits):
      items = splits.test.map { Item(text: $0.source.joined(separator: between), truths: $0.target) }
    case .series(let splits):
      items = splits.test.map { item in
        Item(
          text: TestItems.text(item), truths: item.labels.isEmpty ? TestItems.truths(item, task.asks) : item.labels)
      }
    case .text(let splits):
      let (tokens, targets) = (splits.test.dropLast(), splits.test.dropFirst())
      items = stride(from: 0, to: targets.count, by: ItemScores.block).map { start in
        let block = start..<min(start + ItemScores.block, targets.count)
        return Item(
          text: tokens[block].joined(separator: between),
          truths: Array(targets[(block.lowerBound + 1)..<(block.upperBound + 1)]))
      }
    }
  }

  /// Targets of all items.
  var targets: Int { items.reduce(0) { $0 + $1.truths.count } }

  /// Names of the classes that a model with these options predicts; none of numbers.
  func classes(_ model: ModelOptions) -> [String] {
    guard asks == .classes else { return asks == .yesOrNo ? ["0", "1"] : [] }
    let (least, most) = (model.minimumCount, model.vocabularyLimit)
    if let targets = Vocabulary(countingTargets: corpus, minimumCount: least, limit: most) { return targets.tokens }
    guard corpus.kind == .text else { return labels }
    let tokens = Vocabulary(counting: corpus, minimumCount: least, limit: most).tokens
    // Among characters it is one, so that those of prediction and truth stand at the same place.
    return between.isEmpty ? ["\u{FFFD}"] + tokens.dropFirst() : tokens
  }

  func truth(_ item: Item) -> String { joined(item.truths) }

  /// What was predicted for an item, in words.
  func text(_ item: Item, _ predicted: ArraySlice<String>) -> String {
    joined(zip(item.truths, predicted).map { $0 == nil ? nil : $1 })
  }

  /// A text that was written, in words.
  func written(_ words: [String]) -> String { joined(words) }

  private func joined(_ words: [String?]) -> String {
    guard case .series(let splits) = corpus, case .numbers(let columns) = splits.test[0].columns.target else {
      return words.map { $0 ?? TestItems.nothing }.joined(separator: betweenTruths)
    }
    return stride(from: 0, to: words.count, by: columns.count).map { start in
      let step = words[start..<start + columns.count]
      if step.allSatisfy({ $0 == nil }) { return TestItems.nothing }
      guard asks == .yesOrNo else { return step.map { $0 ?? TestItems.nothing }.joined(separator: " ") }
      return zip(columns, step).filter { $0.1 == "1" }.map { $0.0 }.joined(separator: " ")
    }.joined(separator: "; ")
  }

  private static func truths(_ item: NumberSequence, _ asks: TargetKind) -> [String?] {
    item.targets.map { $0.isNaN ? nil : asks == .yesOrNo ? "\(Int($0))" : "\($0)" }
  }

  /// Steps between semicolons; of nothing but 0 and 1 the names of the columns that are 1.
  private static func text(_ item: NumberSequence) -> String {
    let names = item.columns.inputs
    guard names.count > 1, item.inputs.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      return item.rows.joined(separator: "; ")
    }
    return stride(from: 0, to: item.inputs.count, by: names.count).map { start in
      zip(names, item.inputs[start..<start + names.count]).filter { $0.1 == 1 }.map { $0.0 }.joined(separator: " ")
    }.joined(separator: "; ")
  }
}
