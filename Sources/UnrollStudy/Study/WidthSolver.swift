import UnrollCore
import UnrollLayers
import UnrollTraining

/// Finds the width at which a whole model comes nearest to a number of parameters.
enum WidthSolver {
  /// - Parameter count: parameters of the model of a given width; it must not fall.
  static func width(budget: Int, count: (Int) throws -> Int) throws -> Int {
    let smallest = try count(1)
    guard smallest <= budget else {
      throw InputError(
        "a budget of \(budget) parameters cannot be reached: with width 1 the model has \(smallest), most of them embeddings; raise parameters, or lower model.embedding or model.vocabulary_limit"
      )
    }
    var (low, high) = (1, 2)
    while try count(high) <= budget { (low, high) = (high, high * 2) }
    while high - low > 1 {
      let middle = (low + high) / 2
      if try count(middle) <= budget { low = middle } else { high = middle }
    }
    return try count(high) - budget < budget - count(low) ? high : low
  }
}
