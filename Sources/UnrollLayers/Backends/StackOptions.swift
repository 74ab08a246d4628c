import UnrollCore
import UnrollKernels

/// Options that every backend has: how its layers are put together.
public struct StackOptions: Options {
  public enum Direction: String, CaseIterable, Sendable { case forward, bidirectional }
  public enum Merge: String, CaseIterable, Sendable { case concat, sum }

  public static let table: [OptionKey<StackOptions>] = [
    OptionKey("width", \.width, in: 1...65_536, "hidden width H of every layer and direction"),
    OptionKey("layers", \.layers, in: 1...64, "layers on top of each other"),
    OptionKey("direction", \.direction, "forward, or both ways over the whole sequence"),
    OptionKey("merge", \.merge, "both directions side by side, or their sum"),
    OptionKey("dropout", \.dropout, in: 0...0.95, "probability of dropout between layers"),
  ]

  public var width = 64
  public var layers = 1
  public var direction = Direction.forward
  public var merge = Merge.concat
  public var dropout = 0.0

  public init() {}
}
