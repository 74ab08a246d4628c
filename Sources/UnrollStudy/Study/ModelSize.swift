import UnrollTraining

/// How wide the models of a study are.
public enum ModelSize: Equatable, Sendable {
  case width(Int)
  /// The width of each backend is solved so that the whole model comes nearest to it.
  case budget(Budget)
}
