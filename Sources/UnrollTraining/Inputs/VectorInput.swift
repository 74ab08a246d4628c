import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// Vectors that somebody trained on more text, from a file of GloVe, word2vec or fastText.
public struct VectorInputOptions: InputOptions {
  public static let name = "vectors"
  public static let summary = "pretrained vectors of words from a text file of GloVe, word2vec or fastText"
  public static let readsSpelling = true
  public static let readsFiles = true
  public static let table: [OptionKey<VectorInputOptions>] = [
    OptionKey("file", \.file, "path of the file, from the study's folder or a folder with data sets"),
    OptionKey("trained", \.trained, "whether training changes them"),
  ]

  /// Path of the file, from the study's folder or a folder with data sets.
  public var file = ""
  /// Whether training changes the vectors.
  public var trained = false

  public init() {}

  public func validate() throws {
    if file.isEmpty { throw InputError("the input vectors needs a file: {input: vectors, file: PATH}") }
  }

  public func width(_ model: ModelOptions) -> Int? { nil }

  /// Reads the vectors of the words, or of their small letters where the file has no other.
  ///
  /// - Throws: `InputError` for a file that is missing or has no vectors.
  public func load(into tables: inout InputTables, words: [String], find: (String) throws -> String) throws {
    let path = try find(file)
    let wanted = Set((words + words.map { $0.lowercased() }).map(TokenKey.init))
    let found = try WordVectors(path: path) { wanted.contains(TokenKey($0)) }
    // By bytes, so that the order hangs on nothing else.
    let known = found.values.sorted { $0.key.text.utf8.lexicographicallyPrecedes($1.key.text.utf8) }
    let table = KnownVectors(words: known.map(\.key.text), width: found.width, values: known.flatMap(\.value))
    tables.vectors = table
    let share = Double(words.count { table.row(of: $0) != 0 }) / Double(max(1, words.count))
    tables.remarks.append(
      "\(Int((100 * share).rounded())) % of the \(words.count) words have a vector in \(Files.name(file)).")
  }

  public func make(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Input {
    guard let vocabulary = recipe.data.vocabulary, let vectors = recipe.data.vectors else {
      throw InputError("the input vectors reads words, and there are none")
    }
    return VectorInput(vectors, vocabulary, trained: trained, parameters.scope("vectors"))
  }
}

/// Words that have a vector, and their values where they begin; a model that was kept has the values among its tensors.
public struct KnownVectors: Sendable {
  /// By row, the first of which is 1.
  public let words: [String]
  /// Floats of a vector.
  public let width: Int
  /// `[words, width]`
  let values: [Float]
  private let rows: [TokenKey: Int32]

  /// - Parameters:
  ///   - words: those that have a vector, each once.
  ///   - width: floats of a vector.
  ///   - values: [words, width], row by row; empty where tensors will be loaded.
  public init(words: [String], width: Int, values: [Float] = []) {
    precondition(values.isEmpty || values.count == words.count * width)
    (self.words, self.width, self.values) = (words, width, values)
    rows = Dictionary(
      words.enumerated().map { (TokenKey($1), Int32($0 + 1)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Of exactly this word; nil where it is not known.
  func values(of word: String) -> [Float]? {
    rows[TokenKey(word)].map { Array(values[(Int($0) - 1) * width..<Int($0) * width]) }
  }

  /// The row of a word or of its small letters; 0, which no word has, for one that is not known.
  func row(of word: String) -> Int32 { rows[TokenKey(word)] ?? rows[TokenKey(word.lowercased())] ?? 0 }
}

/// As in a model file: the values stand among its tensors.
extension KnownVectors: Codable {
  private enum Key: CodingKey { case words, width }

  public init(from decoder: any Decoder) throws {
    let table = try decoder.container(keyedBy: Key.self)
    let width = try table.decode(Int.self, forKey: .width)
    guard (1...65_536).contains(width) else {
      throw DecodingError.dataCorruptedError(forKey: .width, in: table, debugDescription: "no width")
    }
    self.init(words: try table.decode([String].self, forKey: .words), width: width)
  }

  public func encode(to encoder: any Encoder) throws {
    var table = encoder.container(keyedBy: Key.self)
    try table.encode(words, forKey: .words)
    try table.encode(width, forKey: .width)
  }
}

/// A row of a table [1 + words, width] for every word; that of unknown words begins as zero.
struct VectorInput: Input {
  private let vectors: KnownVectors
  private let vocabulary: Vocabulary
  private let table: Parameter
  private let trained: Bool

  static let tableName = "vectors.weight"

  init(_ vectors: KnownVectors, _ vocabulary: Vocabulary, trained: Bool, _ parameters: ParameterBuilder) {
    (self.vectors, self.vocabulary, self.trained) = (vectors, vocabulary, trained)
    let values = vectors.values
    let initial = Initialiser { rows, columns, _ in
      [Float](repeating: 0, count: columns)
        + (values.isEmpty ? [Float](repeating: 0, count: (rows - 1) * columns) : values)
    }
    table = parameters.add(
      "weight", [vectors.words.count + 1, vectors.width], initial, group: trained ? .standard : .frozen)
  }

  var width: Int { vectors.width }

  func forward(_ batch: Batch, _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void) {
    let spellings = Spellings(batch, vocabulary)
    let known = spellings.words.map(vectors.row)
    let rows = spellings.ofRow.map { known[Int($0)] }
    let y = pass.arena.matrix(rows.count, width)
    Kernels.gather(pass.value(table), rows, into: y)
    return (y, { dy in if trained { Kernels.scatterAdd(dy, rows, to: pass.gradient(table)) } })
  }

  func reader(_ parameters: Parameters) -> (_ step: StreamStep, _ rows: Matrix) -> Void {
    let (values, known) = (parameters.value(table), vocabulary.tokens.map { Int(vectors.row(of: $0)) })
    return { step, rows in step.copyRows(of: values, to: rows) { known[$0] } }
  }
}
