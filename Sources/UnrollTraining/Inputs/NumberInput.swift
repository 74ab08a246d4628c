import UnrollCore
import UnrollKernels
import UnrollLayers

/// The numbers of a series as they are, scaled.
public struct NumberInputOptions: InputOptions {
  public static let name = "numbers"
  public static let summary = "the columns of a series, each scaled by what training has; nothing is trained"
  public static let readsNumbers = true
  public static let table: [OptionKey<NumberInputOptions>] = []

  public init() {}

  /// Only the file says how many columns there are.
  public func width(_ model: ModelOptions) -> Int? { nil }

  public func make(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Input {
    guard let scales = recipe.data.scales else {
      throw InputError("the input numbers reads a series, and the steps of this data are words; leave it out")
    }
    return NumberInput(width: scales.inputs.count)
  }
}

/// A row of E numbers at every step.
struct NumberInput: Input {
  let width: Int
  let readsNumbers = true

  func forward(_ batch: Batch, _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void) {
    let x = pass.arena.matrix(batch.steps.rows, width)
    x.assign(batch.numbers)
    return (x, { _ in })
  }

  func reader(_ parameters: Parameters) -> (_ step: StreamStep, _ rows: Matrix) -> Void {
    { step, rows in rows.assign(step.numbers) }
  }
}
