import UnrollLayers

/// What the models of a study have alike instead of their width, which is solved for it.
public struct Budget: Equatable, Sendable {
  /// A key of a study.
  public enum Quantity: String, CaseIterable, Sendable {
    case parameters
    case stateFloats = "state_floats"
    case multiplyAdds = "multiply_adds"

    public var noun: String {
      switch self {
      case .parameters: "parameters"
      case .stateFloats: "floats of state"
      case .multiplyAdds: "multiply-adds a token"
      }
    }
  }

  public let quantity: Quantity
  public let amount: Int

  public init(_ quantity: Quantity, _ amount: Int) { (self.quantity, self.amount) = (quantity, amount) }
}

extension Task {
  /// How much a network of the recipe has, without making its values; nil for the state of one that needs the whole sequence.
  ///
  /// - Throws: `InputError` for what cannot be built.
  package static func amount(of quantity: Budget.Quantity, _ recipe: NetworkRecipe) throws -> Int? {
    let builder = ParameterBuilder.counting()
    let network = try network(recipe, builder)
    return switch quantity {
    case .parameters: builder.trainedCount
    case .stateFloats: network.stateFloats
    case .multiplyAdds: network.multiplyAddsPerToken
    }
  }
}
