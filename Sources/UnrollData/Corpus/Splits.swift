/// What a model learns from, what its settings are chosen on, and what it is judged by.
public enum Split: String, CaseIterable, Codable, CodingKeyRepresentable, Sendable {
  /// Parameters, vocabulary and scales come from it alone.
  case train
  /// Chooses the epoch whose weights are kept, and among candidates.
  case development
  /// Read once, at the end.
  case test
}

/// The items of a data set, split by split.
public struct Splits<Item> {
  /// What parameters, vocabulary and scales are made from.
  public var train: [Item]
  /// What chooses: epochs, candidates.
  public var development: [Item]
  /// What is judged, once.
  public var test: [Item]

  /// Splits that may be empty; whoever needs items of one complains.
  public init(train: [Item] = [], development: [Item] = [], test: [Item] = []) {
    (self.train, self.development, self.test) = (train, development, test)
  }

  /// The items of one split.
  public subscript(_ split: Split) -> [Item] {
    switch split {
    case .train: train
    case .development: development
    case .test: test
    }
  }

  /// Train, then development, then test.
  package var all: FlattenSequence<[[Item]]> { [train, development, test].joined() }

  /// Changes every item.
  ///
  /// - Throws: what the function throws.
  public func map<Other>(_ change: (Item) throws -> Other) rethrows -> Splits<Other> {
    try each { try $0.map(change) }
  }

  /// Changes every split as a whole.
  func each<Other>(_ change: ([Item]) throws -> [Other]) rethrows -> Splits<Other> {
    Splits<Other>(train: try change(train), development: try change(development), test: try change(test))
  }

  /// The number of items of every split.
  public var sizes: [Split: Int] { bySplit(\.count) }

  /// A figure of every split.
  func bySplit<Figure>(_ figure: ([Item]) -> Figure) -> [Split: Figure] {
    [.train: figure(train), .development: figure(development), .test: figure(test)]
  }
}

extension Splits: Equatable where Item: Equatable {}
extension Splits: Sendable where Item: Sendable {}
