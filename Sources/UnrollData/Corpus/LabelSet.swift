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

  public var count: Int { names.count }

  /// Nil for a label that the set does not have.
  public func id(_ label: String) -> Int32? { index[TokenKey(label)] }

  /// The name of an id, which must be one of the set's.
  public subscript(id: Int32) -> String { names[Int(id)] }
}
