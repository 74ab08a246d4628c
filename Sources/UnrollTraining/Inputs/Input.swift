import UnrollCore
import UnrollKernels
import UnrollLayers

/// What a backend reads of a batch: a row for every token. Several stand side by side.
///
/// To add one: a file with it and its `InputOptions`, a line in `Inputs.all`.
public protocol Input {
  /// Of its rows: the columns that it has of the backend's input.
  var width: Int { get }
  /// Multiply-adds for one token, beside gathering rows.
  var multiplyAdds: Int { get }
  /// Whether it reads the numbers of a series, not words.
  var readsNumbers: Bool { get }
  /// What training reads in the place of a batch.
  func corrupted(_ batch: Batch, _ random: RandomSource) -> Batch
  /// [R, width] of the batch's rows. The pullback takes their gradient; call it at most once.
  func forward(_ batch: Batch, _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void)
  /// What writes the rows [B, width] of a step into a stream's memory, without asking for memory; made with the stream, after which the
  /// parameters do not change.
  func reader(_ parameters: Parameters) -> (_ step: StreamStep, _ rows: Matrix) -> Void
}

/// What comes in at one step of a stream, of B sequences.
public struct StreamStep {
  /// [B]; empty of a series.
  public let tokens: [Int32]
  /// Scaled, [B, E] row by row; empty of words.
  public let numbers: [Float]

  /// Copies to [B, width] the row that each token has in a table.
  func copyRows(of table: Matrix, to rows: Matrix, _ row: (Int) -> Int = { $0 }) {
    for b in tokens.indices {
      let own = row(Int(tokens[b]))
      Kernels.copy(table.rows(own..<own + 1), to: rows.rows(b..<b + 1))
    }
  }
}

extension Input {
  public var multiplyAdds: Int { 0 }
  public var readsNumbers: Bool { false }
  public func corrupted(_ batch: Batch, _ random: RandomSource) -> Batch { batch }
}

/// The options of one kind of input, which know how to make it.
public protocol InputOptions: NamedOptions {
  /// Whether it reads how words are written, so that batches must have them.
  static var readsSpelling: Bool { get }
  /// Whether it reads the numbers of a series, not words.
  static var readsNumbers: Bool { get }
  /// Columns that it gives, as far as options say; nil where a file says.
  func width(_ model: ModelOptions) -> Int?
  /// Whether it reads a file of its own.
  static var readsFiles: Bool { get }
  /// Reads what a network must know beside its data, once before it is made.
  ///
  /// - Parameters:
  ///   - tables: what is read is added to it.
  ///   - words: the distinct words of all splits.
  ///   - find: from a path as the study has it to that of the file that is there.
  /// - Throws: `InputError` for what cannot be read.
  func load(into tables: inout InputTables, words: [String], find: (String) throws -> String) throws
  /// - Throws: `InputError` for data that it cannot read.
  func make(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Input
}

extension InputOptions {
  public static var readsSpelling: Bool { false }

  public static var readsNumbers: Bool { false }

  public static var readsFiles: Bool { false }

  public func load(into tables: inout InputTables, words: [String], find: (String) throws -> String) throws {}
}
