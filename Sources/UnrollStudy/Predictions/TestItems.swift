import UnrollCore
import UnrollData
import UnrollTraining

/// The test split as people read it: its texts, what is true of them, and the names of classes.
///
/// An item is a sequence, or a block of running text, whose truth is what follows its tokens.
struct TestItems {
  struct Item {
    let text: String
    /// Of every target; nil where none is asked for.
    let truths: [String?]
  }

  /// Stands where no label is asked for.
  private static let nothing = "_"

  let items: [Item]
  private let corpus: Corpus
  private let labels: [String]
  /// Between the tokens of a text, and between its truths.
  private let (between, betweenTruths): (String, String)

  /// - Parameter characters: whether a token is a character.
  init(_ data: LoadedData, characters: Bool) {
    (corpus, labels) = (data.corpus, data.labels.names)
    let between = characters ? "" : " "
    self.between = between
    betweenTruths = corpus.kind == .text ? between : " "
    switch corpus {
    case .tagged(let splits):
      items = splits.test.map { Item(text: $0.words.joined(separator: between), truths: $0.tags) }
    case .labelled(let splits):
      items = splits.test.map { Item(text: $0.words.joined(separator: between), truths: [$0.label]) }
    case .series(let splits):
      items = splits.test.map { Item(text: $0.rows.joined(separator: "; "), truths: $0.labels) }
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

  /// Names of the classes that a model with these options predicts.
  func classes(_ model: ModelOptions) -> [String] {
    guard corpus.kind == .text else { return labels }
    let tokens = Vocabulary(counting: corpus, minimumCount: model.minimumCount, limit: model.vocabularyLimit).tokens
    // Among characters it is one, so that those of prediction and truth stand at the same place.
    return between.isEmpty ? ["\u{FFFD}"] + tokens.dropFirst() : tokens
  }

  func truth(_ item: Item) -> String {
    item.truths.map { $0 ?? TestItems.nothing }.joined(separator: betweenTruths)
  }

  /// What was predicted for an item in the names of `classes`.
  func text(_ item: Item, _ predicted: ArraySlice<Int32>, _ classes: [String]) -> String {
    zip(item.truths, predicted).map { $0 == nil ? TestItems.nothing : classes[Int($1)] }.joined(
      separator: betweenTruths)
  }
}
