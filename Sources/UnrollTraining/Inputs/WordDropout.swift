import UnrollCore

/// Replaces a training word seen n times by `<unk>` with probability a/(a + n), so that the unknown word's embedding learns from
/// the contexts of rare words (Kiperwasser & Goldberg 2016).
struct WordDropout {
  private let probability: [Double]

  /// - Parameter counts: how often training has every word, by its id.
  init(_ amount: Double, _ counts: [Int]) {
    probability = amount == 0 ? [] : counts.map { amount / (amount + Double(max($0, 1))) }
  }

  func applied(to batch: Batch, _ random: RandomSource) -> Batch {
    guard !probability.isEmpty else { return batch }
    var (batch, source) = (batch, random)
    for row in batch.tokens.indices where source.uniform() < probability[Int(batch.tokens[row])] {
      batch.tokens[row] = 0
    }
    return batch
  }
}
