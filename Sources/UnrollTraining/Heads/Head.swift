import UnrollCore
import UnrollKernels
import UnrollLayers

/// What stands on top of a backend: from its rows to a loss and to predictions.
///
/// To add one: a file with it and its `HeadOptions`, a line in `Heads.all`.
public protocol Head {
  /// Multiply-adds for one row.
  var multiplyAdds: Int { get }
  /// Losses of the rows [R, H] (summaries [B, H] where a sequence has one target). The pullback returns the gradient of `weight` × (sum of
  /// losses) by the rows; call it at most once.
  func loss(_ x: Matrix, _ batch: Batch, weight: Float, _ pass: Pass) -> (sums: LossSums, pullback: () -> Matrix)
  /// What it says of every target, and the losses without smoothing or class weights.
  func predict(_ x: Matrix, _ batch: Batch, _ pass: Pass) -> Prediction
  /// From [B, H] to the scores of the classes, [B, K], step by step.
  func stream(_ x: Matrix, _ pass: Pass) -> SequenceStream
}

/// The options of one kind of head, which know how to make it.
public protocol HeadOptions: NamedOptions {
  /// The targets that it is made for; classes, if it says nothing.
  static var answers: TargetKind { get }
  /// Whether there are targets for it where a task reads so.
  static func fits(_ reading: Reading) -> Bool
  /// What can be said without data.
  ///
  /// - Parameters:
  ///   - width: H, of the rows that it reads; nil where a budget of parameters decides.
  ///   - model: what stands around the backend.
  ///   - reading: what the task reads of the backend.
  /// - Throws: `InputError` where it cannot be made.
  func check(width: Int?, _ model: ModelOptions, _ reading: Reading) throws
  /// - Parameters:
  ///   - width: H, of the rows that it reads.
  ///   - recipe: all settings and tables of the network.
  ///   - parameters: the scope of the head.
  /// - Throws: `InputError` where it does not fit what is asked for.
  func make(_ width: Int, _ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Head
}

extension HeadOptions {
  public static var answers: TargetKind { .classes }

  public static func fits(_ reading: Reading) -> Bool { true }

  public func check(width: Int?, _ model: ModelOptions, _ reading: Reading) throws {}
}
