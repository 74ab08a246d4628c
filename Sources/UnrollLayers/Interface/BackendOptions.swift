import UnrollCore

/// The options of one kind of backend, which know how to make its layers.
///
/// To add a backend: one file with a `SequenceLayer` and its options, one line in `Backends.single`.
public protocol BackendOptions: Options {
  /// As in a study: `lstm`.
  static var name: String { get }
  /// One line: the equation and its source.
  static var summary: String { get }
  /// Raised when a change of the code changes results, so that runs of before are not taken for runs of now.
  static var version: Int { get }
  /// Layers that one repetition of it has: more than one where layers differ.
  var layersPerRepeat: Int { get }
  /// The options with which the contract is checked: its sequences have a few steps, so windows and tables must be short.
  static var miniature: Self { get }
  /// Hidden widths must be multiples of this.
  var widthStep: Int { get }
  /// What it puts on top pools over the sequence: it belongs on top of a stack, and is not pooled again.
  var poolsItself: Bool { get }
  /// What stands below all layers, [R, input] → [R, width] (a map of the input, positions), or nil.
  ///
  /// - Throws: `InputError` where the options do not fit the width.
  func base(_ input: Int, _ width: Int, _ parameters: ParameterBuilder) throws -> (any SequenceLayer)?
  /// One layer in one direction, [R, shape.input] → [R, shape.width].
  ///
  /// - Throws: `InputError` where the options do not fit the width.
  func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) throws -> any SequenceLayer
  /// What stands on top of all layers.
  ///
  /// - Throws: `InputError` where the options do not fit what is read.
  func top(
    _ stack: any SequenceLayer, _ reading: Reading, _ parameters: ParameterBuilder
  ) throws -> any SequenceLayer
}

extension BackendOptions {
  public static var version: Int { 1 }
  public var layersPerRepeat: Int { 1 }
  public static var miniature: Self { Self() }
  public var widthStep: Int { 1 }
  public var poolsItself: Bool { false }

  public func base(_ input: Int, _ width: Int, _ parameters: ParameterBuilder) throws -> (any SequenceLayer)? { nil }

  public func top(_ stack: any SequenceLayer, _ reading: Reading, _ parameters: ParameterBuilder) -> any SequenceLayer {
    stack
  }
}
