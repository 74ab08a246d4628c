import UnrollCore
import UnrollData

/// Every task.
public enum Tasks {
  public static let all: [any Task.Type] = [Tagging.self, Classification.self, LanguageModelling.self]

  public static func named(_ name: String) throws -> any Task.Type {
    guard let found = all.first(where: { $0.name == name }) else {
      throw InputError(Suggestion.unknown("task", name, known: all.map { $0.name }))
    }
    return found
  }

  /// The task for data of a kind.
  public static func made(for kind: CorpusKind) -> any Task.Type { all.first { $0.kind == kind }! }
}
