import UnrollCore
import UnrollData

/// Every task.
public enum Tasks {
  /// In the order of `unroll list`.
  public static let all: [any Task.Type] = [
    Tagging.self, Classification.self, Entailment.self, LanguageModelling.self, Regression.self, MultiLabel.self,
    SequenceToSequence.self,
  ]

  /// - Throws: `InputError` that suggests the nearest name.
  public static func named(_ name: String) throws -> any Task.Type { try all.named(name, kind: "task") { $0.name } }

  /// The task of a name, or the first of those for data of a kind.
  ///
  /// - Throws: `InputError` where there is none, or it is made for other data.
  public static func made(for kind: CorpusKind, named name: String? = nil) throws -> any Task.Type {
    let fitting = all.filter { $0.kind == kind }
    guard let first = fitting.first else {
      throw InputError("there is no task for \(kind.rawValue) data (see `unroll list tasks`)")
    }
    guard let task = try name.map(named) else { return first }
    guard task.kind == kind else {
      let others = fitting.map { $0.name }.joined(separator: " or ")
      throw InputError(
        "the task \(task.name) is made for \(task.kind.rawValue) data, and this data is \(kind.rawValue): leave it out, or set task: \(others)"
      )
    }
    return task
  }
}
