/// The tokens a model knows, from the training split alone. Id 0 is `<unk>`; the others are numbered by falling count,
/// then by their bytes.
public struct Vocabulary: Sendable {
  /// The token that stands for all that are not known.
  public static let unknown = "<unk>"
  /// Its id.
  public static let unknownID: Int32 = 0
  /// What ends every target of a pair, and what its decoder reads first.
  public static let end = "</s>"

  /// By id.
  public let tokens: [String]
  /// Training occurrences by id; those of `<unk>` are of all tokens that were cut, and of the text's own `<unk>`.
  public let counts: [Int]
  /// Ids of all training tokens, 0 for those that were cut.
  private let index: [TokenKey: Int32]
  /// The same for tokens of one byte, -1 where there is none: character models look up nothing else.
  private let bytes: [Int32]

  /// Counts tokens and keeps those that occur at least `minimumCount` times, of these the most frequent so that with
  /// `<unk>` there are at most `limit`; a limit of 0 keeps all.
  public init(counting tokens: some Sequence<String>, minimumCount: Int = 1, limit: Int = 0) {
    let found = Vocabulary.count(tokens).sorted { a, b in
      a.count != b.count ? a.count > b.count : a.token.utf8.lexicographicallyPrecedes(b.token.utf8)
    }
    let known = found.lazy.filter { $0.count >= minimumCount && $0.token != Vocabulary.unknown }
    let kept = Array(known.prefix(limit > 0 ? max(0, limit - 1) : found.count))
    let keptCount = kept.reduce(0) { $0 + $1.count }
    let total = found.reduce(0) { $0 + $1.count }
    self.init(
      tokens: [Vocabulary.unknown] + kept.map(\.token), counts: [total - keptCount] + kept.map(\.count),
      cut: found.map(\.token))
  }

  /// A stored vocabulary; `tokens` begin with `<unk>`. Tokens that were cut are no longer known as seen.
  public init(tokens: [String], counts: [Int]) {
    precondition(tokens.first == Vocabulary.unknown && tokens.count == counts.count)
    self.init(tokens: tokens, counts: counts, cut: [])
  }

  private init(tokens: [String], counts: [Int], cut: [String]) {
    var index = Dictionary(cut.map { (TokenKey($0), Int32(0)) }, uniquingKeysWith: { first, _ in first })
    for (id, token) in tokens.enumerated().dropFirst() { index[TokenKey(token)] = Int32(id) }
    var bytes = [Int32](repeating: -1, count: 256)
    for (key, id) in index where key.text.utf8.count == 1 { bytes[Int(key.text.utf8.first!)] = id }
    (self.tokens, self.counts, self.index, self.bytes) = (tokens, counts, index, bytes)
  }

  /// V, with `<unk>`.
  public var count: Int { tokens.count }

  /// The id of a token, 0 for one that is not known.
  public func id(_ token: String) -> Int32 { max(0, find(token)) }

  /// The id, 0 for a token that was cut, -1 for one that training does not have.
  func find(_ token: String) -> Int32 {
    let utf8 = token.utf8
    return utf8.count == 1 ? bytes[Int(utf8.first!)] : index[TokenKey(token)] ?? -1
  }

  private static func count(_ tokens: some Sequence<String>) -> [(token: String, count: Int)] {
    var bytes = [Int](repeating: 0, count: 256)
    var longer: [TokenKey: Int] = [:]
    for token in tokens {
      if token.utf8.count == 1 {
        bytes[Int(token.utf8.first!)] += 1
      } else {
        longer[TokenKey(token), default: 0] += 1
      }
    }
    let single = bytes.indices.lazy.filter { bytes[$0] > 0 }.map { (String(Unicode.Scalar(UInt8($0))), bytes[$0]) }
    return longer.map { ($0.key.text, $0.value) } + single
  }
}

extension Vocabulary: Equatable {
  /// Equal tokens, bytes and order, and equal counts; not what was cut, which is not stored.
  public static func == (a: Vocabulary, b: Vocabulary) -> Bool {
    a.counts == b.counts && a.tokens.elementsEqual(b.tokens) { TokenKey($0) == TokenKey($1) }
  }
}

/// As in a model file: what was cut is left out.
extension Vocabulary: Codable {
  private enum Key: CodingKey { case tokens, counts }

  /// - Throws: `DecodingError` for what is no vocabulary.
  public init(from decoder: any Decoder) throws {
    let table = try decoder.container(keyedBy: Key.self)
    let tokens = try table.decode([String].self, forKey: .tokens)
    let counts = try table.decode([Int].self, forKey: .counts)
    guard tokens.first == Vocabulary.unknown, counts.count == tokens.count, counts.allSatisfy({ $0 >= 0 }),
      Set(tokens.lazy.map(TokenKey.init)).count == tokens.count
    else {
      throw DecodingError.dataCorruptedError(forKey: .tokens, in: table, debugDescription: "no vocabulary")
    }
    self.init(tokens: tokens, counts: counts)
  }

  public func encode(to encoder: any Encoder) throws {
    var table = encoder.container(keyedBy: Key.self)
    try table.encode(tokens, forKey: .tokens)
    try table.encode(counts, forKey: .counts)
  }
}
