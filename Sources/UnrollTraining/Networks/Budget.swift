import UnrollLayers

/// What the models of a study have alike instead of their width, which is solved for it.
public struct Budget: Equatable, Sendable {
  /// A key of a study.
  public enum Quantity: String, CaseIterable, Sendable {
    /// Numbers that training changes.
    case parameters
    /// Floats that are carried from step to step for one sequence.
    case stateFloats = "state_floats"
    /// Multiply-adds for one token, forward.
    case multiplyAdds = "multiply_adds"

    /// In the plural, as reports have it.
    public var noun: String {
      switch self {
      case .parameters: "parameters"
      case .stateFloats: "floats of state"
      case .multiplyAdds: "multiply-adds a token"
      }
    }
  }

  /// What is alike.
  public let quantity: Quantity
  /// How much of it, 1 or more.
  public let amount: Int

  /// A budget; widths that come nearest to it are searched for.
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
