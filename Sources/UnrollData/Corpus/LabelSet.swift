import UnrollCore

/// The labels of a data set, sorted by their bytes and numbered from 0. There is no unknown label.
public struct LabelSet: Equatable, Sendable {
  /// By id.
  public let names: [String]
  private let index: [TokenKey: Int32]

  /// In any order, each as often as it comes.
  public init(_ labels: some Sequence<String>) {
    let keys = Set(labels.map(TokenKey.init))
    names = keys.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    index = Dictionary(uniqueKeysWithValues: names.enumerated().map { (TokenKey($1), Int32($0)) })
  }

  /// Every label of three splits.
  init(_ splits: Splits<some SequenceItem>) {
    self.init(splits.all.lazy.flatMap(\.namedLabels))
  }

  /// Number of labels K.
  public var count: Int { names.count }

  /// Nil for a label that the set does not have.
  public func id(_ label: String) -> Int32? { index[TokenKey(label)] }

  /// The name of an id, which must be one of the set's.
  public subscript(id: Int32) -> String { names[Int(id)] }
}

/// As in a model file: the names by id.
extension LabelSet: Codable {
  /// - Throws: `DecodingError` for names in another order, or one that stands twice.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let names = try container.decode([String].self)
    self.init(names)
    guard self.names.map(TokenKey.init) == names.map(TokenKey.init) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no labels")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(names)
  }
}
