/// Options of one kind among several, as a study chooses them: a name, or a table with the name under `key` and the options beside it.
extension Setting {
  /// - Parameters:
  ///   - key: what is chosen: `input` in `{input: characters, embedding: 32}`.
  ///   - what: begins the complaint.
  /// - Returns: the name, and the entries beside it.
  /// - Throws: `InputError` for a table without a name.
  package func choice(_ key: String, _ what: String) throws -> (name: Setting, own: [Entry]) {
    guard case .table(let entries) = content else { return (self, []) }
    guard let name = entries.first(where: { $0.key == key })?.value else {
      throw error("\(what) needs its name: {\(key): NAME, …}")
    }
    return (name, entries.filter { $0.key != key })
  }

  /// The same, with the one of `all` that has the name.
  package func choice<Kind>(
    _ key: String, _ what: String, among all: [Kind], by own: (Kind) -> String
  ) throws -> (kind: Kind, own: [Entry]) {
    let (name, entries) = try choice(key, what)
    return (try name.placing { try all.named(try name.text(what), kind: key, by: own) }, entries)
  }
}

/// Options of one kind among several.
public protocol NamedOptions: Options {
  /// As in a study: `lstm`.
  static var name: String { get }
  /// One line.
  static var summary: String { get }
}

extension Options {
  /// Reads entries strictly; one that has no effect is an error too.
  package init(strict entries: [Setting.Entry], _ what: String) throws {
    self.init()
    try apply(entries, what)
    if let idle = idle(entries).first { throw idle.complaint(what) }
  }
}

extension NamedOptions {
  /// As they stand in a record: the name alone where no option differs from what it always was.
  package func chosen(_ key: String) -> Value {
    let own = recorded
    return own.isEmpty ? .string(Self.name) : .table(own.merging([key: .string(Self.name)]) { $1 })
  }
}
