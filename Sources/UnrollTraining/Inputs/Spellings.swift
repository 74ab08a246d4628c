import UnrollData

/// The distinct words of a batch, in the order of their first row, and which of them every row has: what is made of a word's spelling is made
/// once.
struct Spellings {
  private(set) var words: [String] = []
  /// [R]
  private(set) var ofRow: [Int32] = []

  /// - Parameter vocabulary: spells the tokens where the batch has no words of its own (running text, streams).
  init(_ batch: Batch, _ vocabulary: Vocabulary) {
    ofRow.reserveCapacity(batch.tokens.count)
    if batch.words.isEmpty {
      collect(batch.tokens, by: { $0 }) { vocabulary.tokens[Int($0)] }
    } else {
      collect(batch.words, by: TokenKey.init) { $0 }
    }
  }

  private mutating func collect<Row, Key: Hashable>(_ rows: [Row], by key: (Row) -> Key, _ word: (Row) -> String) {
    var known: [Key: Int32] = [:]
    for row in rows {
      let index = known[key(row)] ?? Int32(words.count)
      if index == words.count {
        known[key(row)] = index
        words.append(word(row))
      }
      ofRow.append(index)
    }
  }
}
