/// What a layer is made for.
public struct LayerShape: Sendable {
  /// Width of the rows that come in.
  public let input: Int
  /// Hidden width H.
  public let width: Int
  /// Layers of its kind below this one.
  public let index: Int

  /// Of the layer with that many of its kind below it.
  public init(input: Int, width: Int, index: Int = 0) {
    (self.input, self.width, self.index) = (input, width, index)
  }
}
