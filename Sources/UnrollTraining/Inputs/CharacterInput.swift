import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// Words by their characters, read by any backend (Ling et al. 2015 with an LSTM; Kim et al. 2016 with a convolution and a maximum).
///
///     inputs: [words, {input: characters, backend: {backend: convolution, width: 50, pooling: max}}]
public struct CharacterInputOptions: InputOptions {
  public static let name = "characters"
  public static let summary =
    "a word's characters, read by any backend at both ends or pooled: words that training lacks have them too"
  public static let readsSpelling = true
  public static let table: [OptionKey<CharacterInputOptions>] = [
    OptionKey("embedding", \.embedding, in: 1...4096, "width of the characters' vectors"),
    OptionKey("dropout", \.dropout, in: 0...0.95, "dropout on the characters' vectors"),
    OptionKey(
      "backend", "backend", "what reads them: a name or a table with its options",
      get: { $0.backend.resolved },
      set: { $0.backend = try BackendSettings($1, "what reads characters", CharacterInputOptions.standard) }),
  ]

  /// Width of the characters' vectors.
  public var embedding = 32
  /// Probability of dropout on them.
  public var dropout = 0.0
  /// What reads them, letter by letter; its summary is the word's row.
  public var backend = CharacterInputOptions.standard(LSTMOptions())

  public init() {}

  /// A small one that sees both ends; a window sees the whole word only where it is pooled.
  private static func standard(_ options: any BackendOptions) -> BackendSettings {
    var settings = BackendSettings(options)
    settings.stack.width = (32 + options.widthStep - 1) / options.widthStep * options.widthStep
    if options is ConvolutionOptions {
      settings.stack.pooling = .max
    } else {
      settings.stack.direction = .bidirectional
    }
    return settings
  }

  public func width(_ model: ModelOptions) -> Int? {
    let builder = ParameterBuilder.counting()
    return try? backend.build(embedding, .summary, builder).summaryWidth
  }

  public func make(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Input {
    guard let vocabulary = recipe.data.vocabulary else {
      throw InputError("the input characters reads words, and these tokens are numbers")
    }
    let alphabet = recipe.data.characters.map(Alphabet.init) ?? Alphabet(vocabulary)
    return try CharacterInput(self, vocabulary, alphabet, parameters.scope("characters"))
  }
}

/// The summary of a backend over the characters of a word, between marks of its beginning and its end.
struct CharacterInput: Input {
  private let vocabulary: Vocabulary
  private let alphabet: Alphabet
  private let embedding: Embedding
  private let dropout: Dropout
  private let backend: any SequenceLayer

  init(
    _ options: CharacterInputOptions, _ vocabulary: Vocabulary, _ alphabet: Alphabet, _ parameters: ParameterBuilder
  ) throws {
    (self.vocabulary, self.alphabet) = (vocabulary, alphabet)
    embedding = Embedding(
      alphabet.count, options.embedding, deviation: 1 / Double(options.embedding).squareRoot(),
      parameters.scope("embedding"))
    dropout = Dropout(options.dropout, name: "characters_dropout")
    backend = try options.backend.build(options.embedding, .summary, parameters.scope("backend"))
  }

  var width: Int { backend.summaryWidth }
  /// Of a word of five letters, as if none came twice in a batch.
  var multiplyAdds: Int { 7 * backend.multiplyAdds }

  func forward(_ batch: Batch, _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void) {
    let spellings = Spellings(batch, vocabulary)
    let (summaries, order, back) = read(spellings.words, pass)
    let rows = spellings.ofRow.map { order[Int($0)] }
    let y = pass.arena.matrix(rows.count, width)
    Kernels.gather(summaries, rows, into: y)
    return (
      y,
      { dy in
        let dSummaries = pass.arena.zeros(summaries.rows, width)
        Kernels.scatterAdd(dy, rows, to: dSummaries)
        back(dSummaries)
      }
    )
  }

  /// The summary of every word, longest word first, and where each word's is.
  private func read(
    _ words: [String], _ pass: Pass
  ) -> (summaries: Matrix, order: [Int32], pullback: (Matrix) -> Void) {
    let spelled = words.map(alphabet.spell)
    let longestFirst = spelled.indices.sorted { (spelled[$0].count, $1) > (spelled[$1].count, $0) }
    var order = [Int32](repeating: 0, count: words.count)
    for (position, word) in longestFirst.enumerated() { order[word] = Int32(position) }
    let steps = PackedSteps(lengths: longestFirst.map { spelled[$0].count })
    let letters = (0..<steps.steps).flatMap { t in
      (0..<Int(steps.live[t])).map { spelled[longestFirst[$0]][t] }
    }
    let own = pass.over(steps, "characters")
    let (embedded, embeddingBack) = embedding.forward(letters, own)
    let (x, dropoutBack) = dropout.forward(embedded, own)
    let (output, backendBack) = backend.forward(x, from: nil, own)
    return (
      output.summary, order,
      { dy in embeddingBack(dropoutBack(backendBack(SequenceGradient(summary: dy)).input)) }
    )
  }

  /// The summaries of the whole vocabulary are made with the stream: a step only copies one.
  func reader(_ parameters: Parameters) -> (_ step: StreamStep, _ rows: Matrix) -> Void {
    let buffer = Buffer(count: vocabulary.count * width)
    let table = buffer.matrix(rows: vocabulary.count, columns: width)
    for start in stride(from: 0, to: vocabulary.count, by: 1024) {
      let words = Array(vocabulary.tokens[start..<min(start + 1024, vocabulary.count)])
      let pass = Pass(
        PackedSteps(count: 1, length: 1), parameters: parameters, gradients: Buffer(count: 0), arena: Arena(),
        mode: .evaluation)
      let (summaries, order, _) = read(words, pass)
      Kernels.gather(summaries, order, into: table.rows(start..<start + words.count))
    }
    return { step, rows in withExtendedLifetime(buffer) { step.copyRows(of: table, to: rows) } }
  }
}

/// The characters (Unicode scalars) that a model knows: those in at least two words of its vocabulary, so that those of one word teach
/// what an unknown character is.
struct Alphabet {
  /// Ids of what is no character.
  private enum Mark: Int32, CaseIterable { case unknown, start, end }

  /// Longer words (addresses of pages) lose their middle.
  static let longest = 48

  private let ids: [Unicode.Scalar: Int32]

  init(_ vocabulary: Vocabulary) { self.init(Alphabet.shared(by: vocabulary.tokens.dropFirst())) }

  init(_ characters: String) {
    let known = Set(characters.unicodeScalars).sorted()
    ids = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, Int32($0 + Mark.allCases.count)) })
  }

  /// Those of the known words of training as they are written; nil where the vocabulary has the same ones.
  static func written(in sequences: [EncodedSequence], _ vocabulary: Vocabulary) -> String? {
    var words: Set<TokenKey> = []
    for sequence in sequences {
      for (tokens, written) in [(sequence.tokens, sequence.words), (sequence.source, sequence.sourceWords)] {
        for (token, word) in zip(tokens, written) where token != Vocabulary.unknownID { words.insert(TokenKey(word)) }
      }
    }
    guard words.contains(where: { vocabulary.id($0.text) == Vocabulary.unknownID }) else { return nil }
    return shared(by: words.lazy.map(\.text))
  }

  /// The characters that stand in at least two words.
  private static func shared(by words: some Sequence<String>) -> String {
    var counts: [Unicode.Scalar: Int] = [:]
    for word in words {
      for scalar in Set(word.unicodeScalars) { counts[scalar, default: 0] += 1 }
    }
    var shared = String.UnicodeScalarView()
    shared.append(contentsOf: counts.filter { $0.value > 1 }.keys.sorted())
    return String(shared)
  }

  var count: Int { ids.count + Mark.allCases.count }

  /// Ids between the marks of beginning and end.
  func spell(_ word: String) -> [Int32] {
    var scalars = Array(word.unicodeScalars)
    if scalars.count > Alphabet.longest {
      scalars = Array(scalars.prefix(Alphabet.longest / 2) + scalars.suffix(Alphabet.longest / 2))
    }
    return [Mark.start.rawValue] + scalars.map { ids[$0] ?? Mark.unknown.rawValue } + [Mark.end.rawValue]
  }
}
