import UnrollTraining

/// Items as a record has them: `{"losses": "4000 7 …", "weights": "4000 0 …", "wrong": "4000 0 …"}`, an entry an item in the order of the
/// test split (`PackedNumbers`).
///
/// What was wrong is kept instead of what was right, since it is less, and losses in whole hundredths of a nat: what that takes
/// from a loss is nothing beside what one item differs from the next.
extension ItemScores: Codable {
  private enum Key: CodingKey { case losses, weights, wrong }

  public init(from decoder: any Decoder) throws {
    let table = try decoder.container(keyedBy: Key.self)
    func numbers(_ key: Key) throws -> [Int] { try table.decode(PackedNumbers.self, forKey: key).values }
    let (losses, weights, wrong) = (try numbers(.losses), try numbers(.weights), try numbers(.wrong))
    self.init(count: weights.count)
    guard losses.count == count, wrong.count == count, zip(wrong, weights).allSatisfy({ $0 <= $1 }) else {
      throw DecodingError.dataCorruptedError(forKey: .wrong, in: table, debugDescription: "not of the same items")
    }
    (self.weights, self.losses) = (weights, losses.map { Double($0) / 100 })
    right = zip(weights, wrong).map { $0 - $1 }
  }

  public func encode(to encoder: any Encoder) throws {
    var table = encoder.container(keyedBy: Key.self)
    try table.encode(PackedNumbers(losses.map { Int(min(max(0, 100 * $0), 1e15).rounded()) }), forKey: .losses)
    try table.encode(PackedNumbers(weights), forKey: .weights)
    try table.encode(PackedNumbers(zip(weights, right).map { $0 - $1 }), forKey: .wrong)
  }
}
