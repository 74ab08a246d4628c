import UnrollCore
import UnrollKernels
import UnrollLayers

/// Words as trained vectors. Their options are older than other inputs and stand around the model: `embedding`, `type_dropout`, `word_dropout`.
public struct WordInputOptions: InputOptions {
  public static let name = "words"
  public static let summary =
    "a trained vector for every token of the vocabulary (of characters, where they are the tokens)"
  public static let table: [OptionKey<WordInputOptions>] = []

  public init() {}

  public func width(_ model: ModelOptions) -> Int? { model.embedding }

  public func make(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) -> any Input {
    WordInput(recipe, parameters.scope("embedding"))
  }
}

/// A row of a table [V, E] for every token.
package struct WordInput: Input {
  package let embedding: Embedding
  private let dropout: WordDropout

  static let tableName = "embedding.weight"

  init(_ recipe: NetworkRecipe, _ parameters: ParameterBuilder) {
    let model = recipe.model
    embedding = Embedding(
      recipe.data.tokens, model.embedding, deviation: model.forUnit(characters: false).embeddingInit,
      typeDropout: model.typeDropout, parameters)
    dropout = WordDropout(recipe.data.vocabulary == nil ? 0 : model.wordDropout, recipe.data.vocabulary?.counts ?? [])
  }

  package var width: Int { embedding.width }

  package func corrupted(_ batch: Batch, _ random: RandomSource) -> Batch { dropout.applied(to: batch, random) }

  package func forward(_ batch: Batch, _ pass: Pass) -> (output: Matrix, pullback: (Matrix) -> Void) {
    embedding.forward(batch.tokens, pass)
  }

  package func reader(_ parameters: Parameters) -> (_ step: StreamStep, _ rows: Matrix) -> Void {
    let table = parameters.value(embedding.table)
    return { step, rows in step.copyRows(of: table, to: rows) }
  }
}
