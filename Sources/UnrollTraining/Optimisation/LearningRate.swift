import CLibrary
import UnrollCore

/// The learning rate of every step: linear warm-up, then constant, cosine to zero, or lowered when development stalls.
struct LearningRate {
  /// Of all epochs together: where a cosine ends.
  var totalSteps: Int
  private let options: TrainingOptions
  private var factor = 1.0
  private var stalled = 0

  init(_ options: TrainingOptions, totalSteps: Int = 0) {
    self.options = options
    self.totalSteps = totalSteps
  }

  /// - Parameter step: from 0.
  func rate(_ step: Int) -> Double {
    let peak = options.optimiser.learningRate
    if step < options.warmup { return peak * Double(step + 1) / Double(options.warmup) }
    switch options.schedule {
    case .constant: return peak
    case .plateau: return peak * factor
    case .cosine:
      let progress = Double(step - options.warmup) / Double(max(1, totalSteps - options.warmup))
      return peak * 0.5 * (1 + cos(.pi * min(1, progress)))
    }
  }

  /// Told after every evaluation whether development got better.
  mutating func evaluated(improved: Bool) {
    stalled = improved ? 0 : stalled + 1
    if stalled > options.plateauPatience {
      factor *= options.plateauFactor
      stalled = 0
    }
  }
}
