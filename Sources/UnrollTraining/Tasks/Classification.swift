import UnrollData

/// One label for a sequence, read from its summary: the final state (both ends when bidirectional), or a pool.
public struct Classification: Acceptor {
  public static let name = "classification"
  public static let version = 1
  public static let summary = "one label for a sequence, from the final state (acceptor)"

  public let classes: Int
  public let sequences: Splits<EncodedSequence>

  public init(_ data: EncodedData, characters: Bool) {
    guard case .sequences(let sequences) = data.corpus else {
      preconditionFailure("classification wants labelled sequences")
    }
    self.sequences = sequences
    classes = data.labels.count
  }
}
