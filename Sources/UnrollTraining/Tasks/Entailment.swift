import UnrollCore
import UnrollData
import UnrollLayers

/// One label for two texts, a premise and a hypothesis: whether the second follows from the first.
///
/// A batch has the hypotheses, and the premises beside them (`BatchSource`).
public struct Entailment: Acceptor {
  public static let name = "entailment"
  public static let version = 1
  public static let summary = "one label for two texts: whether the second follows from the first"
  public static let readsPairs = true

  public let classes: Int
  public let sequences: Splits<EncodedSequence>

  /// - Throws: `InputError` for data with one text an item.
  public init(_ data: EncodedData, characters: Bool) throws {
    guard case .sequences(let sequences) = data.corpus else {
      preconditionFailure("entailment wants labelled sequences")
    }
    self.sequences = try sequences.map { sequence in
      guard let pair = sequence.pair else { throw Entailment.needsPairs }
      return pair
    }
    classes = data.labels.count
  }

  public static func network(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Network {
    try PairNetwork(recipe, parameters)
  }
}
