import UnrollCore
import UnrollLayers
import UnrollTraining

/// Finds the width at which a whole model comes nearest to a number of parameters.
enum WidthSolver {
  /// The widest model that is made.
  static let limit = 65_536

  /// - Parameters:
  ///   - special: a width at which the count may drop (where a projection falls away because widths agree); nil for none.
  ///   - count: parameters of the model of a given width; apart from `special` it must not fall.
  static func width(budget: Int, special: Int? = nil, count: (Int) throws -> Int) throws -> Int {
    let smallest = try count(1)
    guard smallest <= budget else {
      throw InputError(
        "a budget of \(budget) parameters cannot be reached: with width 1 the model has \(smallest), most of them embeddings; raise parameters, or lower model.embedding or model.vocabulary_limit"
      )
    }
    var (low, high) = (1, 2)
    while try count(high) <= budget {
      (low, high) = (high, high * 2)
      guard high <= limit else {
        throw InputError("a budget of \(budget) parameters wants models wider than \(limit); lower parameters")
      }
    }
    while high - low > 1 {
      let middle = (low + high) / 2
      if try count(middle) <= budget { low = middle } else { high = middle }
    }
    let candidates = [low, high] + (special.map { [$0] } ?? [])
    let distances = try candidates.map { abs(try count($0) - budget) }
    return candidates[distances.firstIndex(of: distances.min()!)!]
  }
}
