import Testing
import UnrollCore
import UnrollData
import UnrollTraining

@testable import UnrollStudy

/// A width for a budget of parameters.
@Suite struct WidthSolverTests {
  /// 10 w² + 5: 95 at 3, 165 at 4.
  @Test(arguments: [(15, 1), (94, 3), (95, 3), (96, 3), (129, 3), (131, 4), (164, 4), (165, 4), (1_000_005, 316)])
  func nearestFromBothSides(budget: Int, width: Int) throws {
    #expect(try WidthSolver.width(budget: Budget(.parameters, budget)) { 10 * $0 * $0 + 5 } == width)
  }

  @Test func nearestOfAll() throws {
    for budget in stride(from: 40, to: 4000, by: 7) {
      let count = { (width: Int) in 3 * width * width + 11 * width + 20 }
      let best = (1...60).min { abs(count($0) - budget) < abs(count($1) - budget) }!
      #expect(try WidthSolver.width(budget: Budget(.parameters, budget), count: count) == best)
    }
  }

  /// Some backends can have multiples of a step only; the special width counts where it is one.
  @Test func nearestMultiple() throws {
    for budget in stride(from: 400, to: 9000, by: 7) {
      let count = { (width: Int) in 3 * width * width + 11 * width + 20 }
      let best = stride(from: 6, through: 90, by: 6).min { abs(count($0) - budget) < abs(count($1) - budget) }!
      #expect(try WidthSolver.width(budget: Budget(.parameters, budget), step: 6, special: 31, count: count) == best)
    }
  }

  /// A map of the inputs falls away where the widths agree; wider models and narrower ones have it.
  @Test(arguments: [1, 4], [4, 16, 24, 40]) func nearestBesideADrop(step: Int, special: Int) throws {
    let count = { (width: Int) in 3 * width * width + (width == special ? 0 : special * width) + 20 }
    for budget in stride(from: count(step), to: 9000, by: 7) {
      let found = try WidthSolver.width(budget: Budget(.parameters, budget), step: step, special: special, count: count)
      let best = stride(from: step, through: 80, by: step).map { abs(count($0) - budget) }.min()
      #expect(abs(count(found) - budget) == best, "\(budget): \(found)")
    }
  }

  @Test(arguments: Budget.Quantity.allCases) func budgetsComeBackFromJSON(quantity: Budget.Quantity) throws {
    let text = "tasks: [copying]\nbackends: [gru]\nseeds: 1\n\(quantity.rawValue): 900"
    let request = try StudyText.study(text).requests(DataLocation(roots: []))[0]
    let again = try RunRequest(json: request.json(), file: "cell.json")
    #expect(again.cell.size == .budget(Budget(quantity, 900)))
  }

  @Test func impossibleBudgetsAreASentence() {
    let error = #expect(throws: InputError.self) {
      try WidthSolver.width(budget: Budget(.parameters, 14)) { 10 * $0 + 5 }
    }
    #expect(
      error?.message.hasPrefix(
        "a budget of 14 parameters cannot be reached: with width 1 the model has 15; raise parameters") == true)
    let same = #expect(throws: InputError.self) {
      try WidthSolver.width(budget: Budget(.stateFloats, 300)) { _ in 256 }
    }
    #expect(
      same?.message.hasPrefix("state_floats cannot give this backend a width: it has 256 floats of state") == true)
  }
}
