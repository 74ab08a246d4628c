import UnrollTraining

/// How wide the models of a study are.
public enum ModelSize: Equatable, Sendable {
  /// Hidden width H of every backend.
  case width(Int)
  /// The width of each backend is solved so that the whole model comes nearest to it.
  case budget(Budget)
}
