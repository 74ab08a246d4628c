import UnrollCore

/// Whole numbers from 0 as short text: `<count> <k> <code>`, where the code is that of Golomb and Rice, six bits a character.
///
/// A number v is v >> k ones, a zero, and the k lower bits of v, highest first; k is what makes the text shortest. So numbers that
/// are like draws from a geometric distribution take about half a bit more than their entropy, and there are no tables. Bits fill the characters
/// of base64 (RFC 4648) from the highest on, and zeros follow the last one.
struct PackedNumbers: Equatable, Sendable {
  let values: [Int]

  init(_ values: [Int]) {
    precondition(values.allSatisfy { $0 >= 0 }, "a count is 0 or more")
    self.values = values
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let digits: [UInt8: Int] = Dictionary(uniqueKeysWithValues: zip(alphabet, 0...))

  /// Of what follows the ones and the zero.
  private static func shortest(_ values: [Int]) -> Int {
    func size(_ k: Int) -> Double { values.reduce(0) { $0 + Double($1 >> k) + Double(1 + k) } }
    return (0..<62).map { (size($0), $0) }.min { $0 < $1 }!.1
  }

  var text: String {
    let k = PackedNumbers.shortest(values)
    var (code, bits, free): ([UInt8], Int, Int) = ([], 0, 6)
    func put(_ bit: Int) {
      free -= 1
      bits |= bit << free
      guard free == 0 else { return }
      code.append(PackedNumbers.alphabet[bits])
      (bits, free) = (0, 6)
    }
    for value in values {
      for _ in 0..<(value >> k) { put(1) }
      put(0)
      for place in stride(from: k - 1, through: 0, by: -1) { put(value >> place & 1) }
    }
    if free < 6 { code.append(PackedNumbers.alphabet[bits]) }
    return "\(values.count) \(k) \(String(decoding: code, as: UTF8.self))"
  }

  /// Nil for text that `text` would not write of any numbers.
  init?(text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 3, let count = Int(Substring(parts[0])), let k = Int(Substring(parts[1])) else { return nil }
    let code = parts[2].compactMap { PackedNumbers.digits[$0] }
    // Every number takes k + 1 bits at least.
    guard (0..<62).contains(k), count >= 0, code.count == parts[2].count, count <= 6 * code.count / (k + 1) else {
      return nil
    }
    var place = 0
    func bit() -> Int? {
      defer { place += 1 }
      return place < 6 * code.count ? code[place / 6] >> (5 - place % 6) & 1 : nil
    }
    var values: [Int] = []
    values.reserveCapacity(count)
    for _ in 0..<count {
      var value = 0
      while let one = bit(), one == 1 { value += 1 }
      guard value <= Int.max >> k else { return nil }
      for _ in 0..<k { value = value << 1 | (bit() ?? 0) }
      values.append(value)
    }
    self.values = values
    guard place <= 6 * code.count, self.text == text else { return nil }
  }
}

extension PackedNumbers: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let numbers = PackedNumbers(text: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no packed numbers")
    }
    self = numbers
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
