import UnrollCore
import UnrollKernels

/// Options of `selective-ssm`: the selective scan (Gu & Dao 2023) in place of the time-invariant state space of `ssm`, in the
/// same block, so that the two differ in nothing but selection.
public struct SelectiveSSMOptions: BackendOptions {
  public static let name = "selective-ssm"
  public static let summary =
    "state space with Δ, B and C made from the input: x = exp(Δ A) x + Δ B u, y = C x + D u (Gu & Dao 2023)"
  public static let table: [OptionKey<SelectiveSSMOptions>] =
    SelectiveOptions.table.map { $0.lifted(\.selective) } + [
      OptionKey("block_dropout", \.blockDropout, in: 0...0.95, "dropout inside of the block")
    ]

  /// State size, rank and time steps of the scan.
  public var selective = SelectiveOptions()
  /// Probability of dropout inside of the block.
  public var blockDropout = 0.0

  public init() {}

  /// Time steps that a sequence of seven steps can feel: neither too short to add up, nor so long that all is forgotten.
  public static var miniature: SelectiveSSMOptions {
    var options = SelectiveSSMOptions()
    options.selective.dt = TimeStepRange(0.03, 0.1)
    return options
  }

  public func validate() throws { try selective.validate() }

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) -> any SequenceLayer {
    StateSpaceBlock(shape, dropout: blockDropout, parameters) {
      SelectiveScan(shape.width, rank: selective.rank(shape.width), selective, $0)
    }
  }
}
