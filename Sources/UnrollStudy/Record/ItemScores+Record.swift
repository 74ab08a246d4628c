import UnrollTraining

/// Items as a record has them: `{"losses": "4000 7 …", "weights": "4000 0 …", "wrong": "4000 0 …"}`, an entry an item in the order of the
/// test split (`PackedNumbers`). Without `wrong` where numbers are asked for, which are nearer or farther; then `parts` may say of how many
/// parts of a loss is one, if not of a hundred.
///
/// What was wrong is kept instead of what was right, since it is less, and losses in whole hundredths of a nat: what that takes
/// from a loss is nothing beside what one item differs from the next. Squares of errors may be much smaller.
extension ItemScores: Codable {
  private enum Key: CodingKey { case losses, parts, weights, wrong }

  public init(from decoder: any Decoder) throws {
    let table = try decoder.container(keyedBy: Key.self)
    func numbers(_ key: Key) throws -> [Int] { try table.decode(PackedNumbers.self, forKey: key).values }
    let (losses, weights) = (try numbers(.losses), try numbers(.weights))
    let wrong = try table.decodeIfPresent(PackedNumbers.self, forKey: .wrong)?.values
    self.init(count: weights.count, counted: wrong != nil)
    parts = try table.decodeIfPresent(Int.self, forKey: .parts) ?? parts
    guard parts > 0 else {
      throw DecodingError.dataCorruptedError(forKey: .parts, in: table, debugDescription: "no parts")
    }
    guard losses.count == count, wrong?.count ?? count == count, zip(wrong ?? [], weights).allSatisfy({ $0 <= $1 })
    else {
      throw DecodingError.dataCorruptedError(forKey: .wrong, in: table, debugDescription: "not of the same items")
    }
    (self.weights, self.losses) = (weights, losses.map { [parts] in Double($0) / Double(parts) })
    right = wrong.map { zip(weights, $0).map { $0 - $1 } }
  }

  public func encode(to encoder: any Encoder) throws {
    var table = encoder.container(keyedBy: Key.self)
    try table.encode(
      PackedNumbers(losses.map { Int(min(max(0, Double(parts) * $0), 1e15).rounded()) }), forKey: .losses)
    if parts != ItemScores(count: 0).parts { try table.encode(parts, forKey: .parts) }
    try table.encode(PackedNumbers(weights), forKey: .weights)
    try table.encodeIfPresent(right.map { PackedNumbers(zip(weights, $0).map { $0 - $1 }) }, forKey: .wrong)
  }
}
