import UnrollCore
import UnrollKernels
import UnrollLayers

/// What a backend reads of a batch: a row for every token. Several stand side by side.
///
/// To add one: a file with it and its `InputOptions`, a line in `Inputs.all`.
public protocol Input {
  var width: Int { get }
  /// Multiply-adds for one token, beside gathering rows.
  var multiplyAdds: Int { get }
  /// What training reads in the place of a batch.
  func corrupted(_ batch: Batch, _ random: RandomSource) -> Batch
  /// [R, width] of the batch's rows. The pullback takes their gradient; call it at most once.
  func forward(_ batch: Batch, _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void)
  /// The rows of one step of a stream, [B, width], without asking for memory.
  func fill(_ rows: Matrix, _ tokens: [Int32], _ parameters: Parameters)
}

extension Input {
  public var multiplyAdds: Int { 0 }
  public func corrupted(_ batch: Batch, _ random: RandomSource) -> Batch { batch }
}

/// The options of one kind of input, which know how to make it.
public protocol InputOptions: Options {
  /// As in a study: `words`.
  static var name: String { get }
  /// One line.
  static var summary: String { get }
  /// Columns that it gives, as far as options say; nil where a file says.
  func width(_ model: ModelOptions) -> Int?
  /// - Throws: `InputError` for data that it cannot read.
  func make(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Input
}
