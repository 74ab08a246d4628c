/// How an optimiser treats a set of parameters.
public struct ParameterGroup: Codable, Hashable, Sendable {
  /// As records and reports name it.
  public var name: String
  /// Multiplies the learning rate.
  public var learningRateFactor: Double
  /// Whether weight decay applies.
  public var weightDecay: Bool

  /// A treatment; parameters with equal ones are one group.
  public init(name: String, learningRateFactor: Double, weightDecay: Bool) {
    self.name = name
    self.learningRateFactor = learningRateFactor
    self.weightDecay = weightDecay
  }

  /// Weights and biases of ordinary layers.
  public static let standard = ParameterGroup(name: "standard", learningRateFactor: 1, weightDecay: true)
  /// What training leaves as it is.
  public static let frozen = ParameterGroup(name: "frozen", learningRateFactor: 0, weightDecay: false)
}

/// Where a tensor lies in the slab.
public struct Parameter: Sendable {
  /// Dotted, unique: `backend.weight_ih_l0`.
  public let name: String
  /// As it leaves the process; vectors have one dimension.
  public let shape: [Int]
  /// Of its first value in the slab.
  public let offset: Int
  /// Index of its `ParameterGroup` among those of `Parameters`.
  public let group: Int

  /// How many values it has.
  public var count: Int { shape.reduce(1, *) }
  var rows: Int { shape.count == 1 ? 1 : shape[0] }
  var columns: Int { shape.count == 1 ? shape[0] : shape.dropFirst().reduce(1, *) }
}
