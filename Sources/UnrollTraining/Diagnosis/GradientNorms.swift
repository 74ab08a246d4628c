/// Norms of the gradient of all parameters over some steps of training, as clipping sees them.
public struct GradientNorms: Codable, Equatable, Sendable {
  /// Steps that were counted.
  public private(set) var steps = 0
  /// Mean and largest before clipping.
  public private(set) var mean = 0.0
  /// The largest before clipping.
  public private(set) var largest = 0.0
  /// Mean of what is left after it.
  public private(set) var clippedMean = 0.0
  /// Steps that were clipped.
  public private(set) var clipped = 0

  /// One more step.
  ///
  /// - Parameter maximum: of the norm after clipping; 0 where nothing is clipped.
  mutating func add(_ norm: Double, maximum: Double) {
    let left = norm * Clipping.factor(norm: norm, maximum: maximum)
    steps += 1
    mean += (norm - mean) / Double(steps)
    clippedMean += (left - clippedMean) / Double(steps)
    largest = max(largest, norm)
    if left < norm { clipped += 1 }
  }
}
