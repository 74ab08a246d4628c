import UnrollCore
import UnrollData

/// Every task.
public enum Tasks {
  /// In the order of `unroll list`.
  public static let all: [any Task.Type] = [Tagging.self, Classification.self, LanguageModelling.self]

  /// - Throws: `InputError` that suggests the nearest name.
  public static func named(_ name: String) throws -> any Task.Type { try all.named(name, kind: "task") { $0.name } }

  /// The task for data of a kind.
  ///
  /// - Throws: `InputError` where there is none.
  public static func made(for kind: CorpusKind) throws -> any Task.Type {
    guard let task = all.first(where: { $0.kind == kind }) else {
      throw InputError("there is no task for \(kind.rawValue) data (see `unroll list tasks`)")
    }
    return task
  }
}
