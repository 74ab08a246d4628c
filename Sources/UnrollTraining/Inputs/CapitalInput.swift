import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// How a word is written, as a small trained vector (Collobert et al. 2011): the vocabulary may then have it in small letters
/// (`lowercase: true`), of sentences and labelled texts. A stream, and running text, know words as the vocabulary has them.
public struct CapitalInputOptions: InputOptions {
  public static let name = "capitals"
  public static let summary =
    "how a word is written: in small letters, capitalised, in capitals, mixed, with digits, without letters"
  public static let readsSpelling = true
  public static let table: [OptionKey<CapitalInputOptions>] = [
    OptionKey("width", \.width, in: 1...4096, "width of its vectors")
  ]

  /// Of its vectors, one for each way of writing.
  public var width = 8

  public init() {}

  public func width(_ model: ModelOptions) -> Int? { width }

  public func make(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) throws -> any Input {
    guard let vocabulary = recipe.data.vocabulary else {
      throw InputError("the input capitals reads words, and these tokens are numbers")
    }
    return CapitalInput(width, vocabulary, parameters.scope("capitals"))
  }
}

/// A row of a table [6, width] for every word.
struct CapitalInput: Input {
  private let vocabulary: Vocabulary
  private let embedding: Embedding

  init(_ width: Int, _ vocabulary: Vocabulary, _ parameters: ParameterBuilder) {
    self.vocabulary = vocabulary
    embedding = Embedding(
      Capitalisation.allCases.count, width, deviation: 1 / Double(width).squareRoot(), parameters)
  }

  var width: Int { embedding.width }

  func forward(_ batch: Batch, _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void) {
    let spellings = Spellings(batch, vocabulary)
    let kinds = spellings.words.map { Capitalisation($0).rawValue }
    return embedding.forward(spellings.ofRow.map { kinds[Int($0)] }, pass)
  }

  func reader(_ parameters: Parameters) -> (_ step: StreamStep, _ rows: Matrix) -> Void {
    let (table, kinds) = (parameters.value(embedding.table), vocabulary.tokens.map { Int(Capitalisation($0).rawValue) })
    return { step, rows in step.copyRows(of: table, to: rows) { kinds[$0] } }
  }
}

/// How a word is written.
enum Capitalisation: Int32, CaseIterable {
  case small, capitalised, capitals, mixed, digits, noLetters

  /// Digits count before letters, and one capital alone is a capitalised word.
  init(_ word: String) {
    let scalars = word.unicodeScalars
    guard !scalars.contains(where: { $0.properties.numericType != nil }) else {
      self = .digits
      return
    }
    let letters = scalars.filter { $0.properties.isAlphabetic }
    let upper = letters.filter { $0.properties.isUppercase || $0.properties.generalCategory == .titlecaseLetter }
    switch (letters.count, upper.count) {
    case (0, _): self = .noLetters
    case (_, 0): self = .small
    case (_, 1) where letters.first == upper.first && scalars.first == upper.first: self = .capitalised
    case (let all, let capitals) where all == capitals: self = .capitals
    default: self = .mixed
    }
  }
}
