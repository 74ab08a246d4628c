/// Settings that are a type: a struct with defaults and one visible table of its keys.
///
/// The table is the single source of the names, types, ranges and explanations: strict reading, the resolved
/// settings of a record, and `unroll list --verbose` all come from it. (A synthesised `Codable` knows neither
/// defaults for missing keys, nor lines, nor ranges.)
public protocol Options: Sendable {
  init()
  static var table: [OptionKey<Self>] { get }
  /// Complains about combinations that no single key can see.
  func validate() throws
}

extension Options {
  public func validate() throws {}

  /// Every option with its value, defaults included: what goes into a record.
  public var resolved: [String: Value] {
    Dictionary(uniqueKeysWithValues: Self.table.map { ($0.name, $0.get(self)) })
  }

  /// Reads a table strictly: an unknown key, a wrong type or a value out of range is an error with its line.
  public init(_ setting: Setting, _ what: String) throws {
    self.init()
    try apply(try setting.entries(what), what)
  }

  /// Sets the keys that `entries` holds and leaves the others as they are.
  public mutating func apply(_ entries: [Setting.Entry], _ what: String) throws {
    for entry in entries {
      guard let key = Self.table.first(where: { $0.name == entry.key }) else {
        let message = Suggestion.unknown("key", entry.key, known: Self.table.map(\.name))
        throw InputError("\(what): \(message)", file: entry.value.file, line: entry.line)
      }
      try key.set(&self, entry.value)
    }
    do { try validate() } catch let error as InputError {
      guard error.line == nil, let first = entries.first else { throw error }
      throw InputError("\(what): \(error.message)", file: first.value.file, line: first.line)
    }
  }
}

/// One key of an options type: its name in a study, how it is read and shown, and what it means.
public struct OptionKey<Root>: Sendable {
  public let name: String
  /// One line for `unroll list --verbose`.
  public let help: String
  /// What may stand there: `"0…1"`, `"tanh | relu"`.
  public let domain: String
  /// Every value that may stand there, where they can be counted.
  public let choices: [String]
  let get: @Sendable (Root) -> Value
  let set: @Sendable (inout Root, Setting) throws -> Void

  public init(_ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, in range: ClosedRange<Int>, _ help: String)
  {
    let domain = range.upperBound == .max ? "\(range.lowerBound) or more" : "\(range.lowerBound)…\(range.upperBound)"
    self.init(name, domain, help, get: { .integer($0[keyPath: path]) }) { root, setting in
      let value = try setting.integer(name)
      guard range.contains(value) else { throw setting.error("\(name) must be \(domain), not \(value)") }
      root[keyPath: path] = value
    }
  }

  public init(
    _ name: String, _ path: WritableKeyPath<Root, Double> & Sendable, in range: ClosedRange<Double>, _ help: String
  ) {
    let open = range.upperBound == .greatestFiniteMagnitude
    let domain = open ? "\(range.lowerBound) or more" : "\(range.lowerBound)…\(range.upperBound)"
    self.init(name, domain, help, get: { .number($0[keyPath: path]) }) { root, setting in
      let value = try setting.number(name)
      guard range.contains(value) else { throw setting.error("\(name) must be \(domain), not \(value)") }
      root[keyPath: path] = value
    }
  }

  public init(_ name: String, _ path: WritableKeyPath<Root, Bool> & Sendable, _ help: String) {
    self.init(name, "true | false", help, choices: ["true", "false"], get: { .bool($0[keyPath: path]) }) {
      root, setting in
      root[keyPath: path] = try setting.bool(name)
    }
  }

  public init(_ name: String, _ path: WritableKeyPath<Root, String> & Sendable, _ help: String) {
    self.init(name, "text", help, get: { .string($0[keyPath: path]) }) { root, setting in
      root[keyPath: path] = try setting.text(name)
    }
  }

  public init<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ path: WritableKeyPath<Root, Choice> & Sendable, _ help: String
  ) where Choice.RawValue == String {
    let known = Choice.allCases.map(\.rawValue)
    let domain = known.joined(separator: " | ")
    self.init(name, domain, help, choices: known, get: { .string($0[keyPath: path].rawValue) }) { root, setting in
      let text = try setting.text(name)
      guard let value = Choice(rawValue: text) else {
        throw setting.error(Suggestion.unknown("value of \(name)", text, known: known))
      }
      root[keyPath: path] = value
    }
  }

  /// The same key of a struct that holds `Root` as a part of itself.
  public func lifted<Whole>(_ part: WritableKeyPath<Whole, Root> & Sendable) -> OptionKey<Whole> {
    let (get, set) = (get, set)
    return OptionKey<Whole>(name, domain, help, choices: choices, get: { get($0[keyPath: part]) }) {
      try set(&$0[keyPath: part], $1)
    }
  }

  fileprivate init(
    _ name: String, _ domain: String, _ help: String, choices: [String] = [], get: @escaping @Sendable (Root) -> Value,
    set: @escaping @Sendable (inout Root, Setting) throws -> Void
  ) {
    self.name = name
    self.domain = domain
    self.choices = choices
    self.help = help
    self.get = get
    self.set = set
  }
}
