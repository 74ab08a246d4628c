import UnrollCore
import UnrollLayers
import UnrollTraining

/// Finds the width at which a whole model comes nearest to a budget.
enum WidthSolver {
  /// The widest model that is made.
  static let limit = 65_536

  /// - Parameters:
  ///   - step: widths are multiples of it.
  ///   - special: a width at which the count may drop (where a projection falls away because widths agree); nil for none.
  ///   - count: how much the model of a given width has; apart from `special` it must not fall.
  static func width(budget: Budget, step: Int = 1, special: Int? = nil, count: (Int) throws -> Int) throws -> Int {
    let smallest = try count(step)
    let (amount, name) = (budget.amount, budget.quantity.rawValue)
    guard smallest <= amount else {
      throw InputError(
        "a budget of \(amount) \(budget.quantity.noun) cannot be reached: with width \(step) the model has \(smallest); raise \(name), or lower model.embedding, model.vocabulary_limit or the sizes among the backend's options"
      )
    }
    let special = special.flatMap { $0 > step && $0.isMultiple(of: step) ? $0 : nil }
    // Beyond the special width the count is above the budget again: while searching, that width counts as its neighbour does.
    func fits(_ width: Int) throws -> Bool { try count(width == special ? width - step : width) <= amount }
    var (low, high) = (step, 2 * step)
    while try fits(high) {
      (low, high) = (high, high * 2)
      guard high <= limit else {
        if try count(high) == smallest {
          throw InputError(
            "\(name) cannot give this backend a width: it has \(smallest) \(budget.quantity.noun) whatever its width; leave it out of the study, or use another budget"
          )
        }
        throw InputError(
          "a budget of \(amount) \(budget.quantity.noun) wants models wider than \(limit); lower \(name)")
      }
    }
    while high - low > step {
      let middle = (low + high) / (2 * step) * step
      if try fits(middle) { low = middle } else { high = middle }
    }
    let candidates = [low, high] + (special.map { [$0 - step, $0] } ?? [])
    let distances = try candidates.map { abs(try count($0) - amount) }
    return candidates[distances.firstIndex(of: distances.min()!)!]
  }
}
