/// What a model learns from, what its settings are chosen on, and what it is judged by.
public enum Split: String, CaseIterable, Codable, CodingKeyRepresentable, Sendable { case train, development, test }

/// The items of a data set, split by split.
public struct Splits<Item> {
  public var train: [Item]
  public var development: [Item]
  public var test: [Item]

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
