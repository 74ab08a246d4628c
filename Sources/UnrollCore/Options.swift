/// Settings that are a type: a struct with defaults and one visible table of its keys.
///
/// The table is the single source of the names, types, ranges and explanations: strict reading, the resolved
/// settings of a record, and `unroll list --verbose` all come from it. (A synthesised `Codable` knows neither
/// defaults for missing keys, nor lines, nor ranges.)
public protocol Options: Sendable {
  /// All defaults.
  init()
  /// Every key, in the order in which listings show them.
  static var table: [OptionKey<Self>] { get }
  /// Complains about combinations that no single key can see.
  ///
  /// - Throws: `InputError` with a sentence for a person.
  func validate() throws
}

extension Options {
  public func validate() throws {}

  /// Every option with its value, defaults included.
  public var resolved: [String: Value] {
    Dictionary(uniqueKeysWithValues: Self.table.map { ($0.name, $0.get(self)) })
  }

  /// What goes into a record and makes a run's identity: every option with its value. One that came `later` is left out while
  /// it has its default, so that runs made before it existed stay what they are.
  public var recorded: [String: Value] {
    let (values, defaults) = (resolved, Self().resolved)
    let absent = Self.table.filter { $0.isLater && values[$0.name] == defaults[$0.name] }.map(\.name)
    return values.filter { !absent.contains($0.key) }
  }

  /// Reads a table strictly: an unknown key, a wrong type or a value out of range is an error with its line.
  ///
  /// - Throws: `InputError` with everything that is wrong.
  public init(_ setting: Setting, _ what: String) throws {
    self.init()
    try apply(try setting.entries(what), what)
  }

  /// Sets the keys that `entries` holds, leaves the others as they are, and validates the whole: so layers of settings are
  /// merged first.
  ///
  /// - Throws: `InputError` with everything that is wrong.
  public mutating func apply(_ entries: [Setting.Entry], _ what: String) throws {
    let complaints = Complaints()
    for entry in entries { complaints.gather { try set(entry, what) } }
    try complaints.check()
    do { try validate() } catch let error as InputError {
      guard error.line == nil, let first = entries.first else { throw error }
      throw first.error("\(what): \(error.message)")
    }
  }

  private mutating func set(_ entry: Setting.Entry, _ what: String) throws {
    guard let key = Self.table.first(where: { $0.name == entry.key }) else {
      throw entry.error("\(what): \(Suggestion.unknown("key", entry.key, known: Self.table.map(\.name)))")
    }
    try key.set(&self, entry.value)
  }

  /// Entries that do nothing beside the other values here.
  public func idle(_ entries: [Setting.Entry]) -> [IdleOption] {
    entries.compactMap { entry in
      guard let need = Self.table.first(where: { $0.name == entry.key })?.need, !need.holds(self) else { return nil }
      return IdleOption(entry: entry, needs: need.text)
    }
  }
}

/// An option that somebody set and that has no effect beside the others.
public struct IdleOption: Sendable {
  /// As it stands in the study.
  public let entry: Setting.Entry
  /// What it would need to have one: `"optimiser: sgd"`.
  public let needs: String

  /// - Parameter what: the table that the option stands in; begins the sentence.
  public func complaint(_ what: String) -> InputError {
    entry.error("\(what): \(entry.key) has no effect here, it needs \(needs); leave it out, or set that")
  }
}

/// One key of an options type: its name in a study, how it is read and shown, and what it means.
public struct OptionKey<Root>: Sendable {
  /// A condition on the other options.
  public struct Need: Sendable {
    /// In the words of a study: `"direction: bidirectional"`.
    public let text: String
    package let holds: @Sendable (Root) -> Bool
  }

  /// As a study has it: `learning_rate`.
  public let name: String
  /// One line for `unroll list --verbose`.
  public let help: String
  /// What may stand there: `"0…1"`, `"tanh | relu"`.
  public let domain: String
  /// Every value that may stand there, where they can be counted.
  public let choices: [String]
  /// Added to a type that had records already.
  private(set) var isLater = false
  /// What the option needs to have an effect; nil when it always has one.
  public private(set) var need: Need?
  let get: @Sendable (Root) -> Value
  let set: @Sendable (inout Root, Setting) throws -> Void

  /// A whole number of a range; `Int.max` above means no limit.
  public init(_ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, in range: ClosedRange<Int>, _ help: String)
  {
    let domain = range.upperBound == .max ? "\(range.lowerBound) or more" : "\(range.lowerBound)…\(range.upperBound)"
    self.init(name, domain, help, choices: [], get: { .integer($0[keyPath: path]) }) { root, setting in
      let value = try setting.integer(name)
      guard range.contains(value) else { throw setting.error("\(name) must be \(domain), not \(value)") }
      root[keyPath: path] = value
    }
  }

  /// A number of a range; `greatestFiniteMagnitude` above means no limit.
  public init(
    _ name: String, _ path: WritableKeyPath<Root, Double> & Sendable, in range: ClosedRange<Double>, _ help: String
  ) {
    let open = range.upperBound == .greatestFiniteMagnitude
    let domain = open ? "\(range.lowerBound) or more" : "\(range.lowerBound)…\(range.upperBound)"
    self.init(name, domain, help, choices: [], get: { .number($0[keyPath: path]) }) { root, setting in
      let value = try setting.number(name)
      guard range.contains(value) else { throw setting.error("\(name) must be \(domain), not \(value)") }
      root[keyPath: path] = value
    }
  }

  /// True or false.
  public init(_ name: String, _ path: WritableKeyPath<Root, Bool> & Sendable, _ help: String) {
    self.init(name, "true | false", help, choices: ["true", "false"], get: { .bool($0[keyPath: path]) }) {
      root, setting in
      root[keyPath: path] = try setting.bool(name)
    }
  }

  /// Any text.
  public init(_ name: String, _ path: WritableKeyPath<Root, String> & Sendable, _ help: String) {
    self.init(name, "text", help, choices: [], get: { .string($0[keyPath: path]) }) { root, setting in
      root[keyPath: path] = try setting.text(name)
    }
  }

  /// One of the cases, by its raw value.
  public init<Choice: RawRepresentable & CaseIterable & Sendable>(
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

  /// A key of any other type.
  ///
  /// - Parameters:
  ///   - name: as a study has it.
  ///   - domain: what may stand there, in words.
  ///   - help: one line for `unroll list --verbose`.
  ///   - get: its value for a record.
  ///   - set: reads it strictly.
  public init(
    _ name: String, _ domain: String, _ help: String, get: @escaping @Sendable (Root) -> Value,
    set: @escaping @Sendable (inout Root, Setting) throws -> Void
  ) {
    self.init(name, domain, help, choices: [], get: get, set: set)
  }

  /// The same key, added to a type of which there are records: see `Options.recorded`.
  public var later: OptionKey {
    var key = self
    key.isLater = true
    return key
  }

  /// The same key, which has no effect unless `holds`.
  ///
  /// - Parameters:
  ///   - text: what it needs, in the words of a study.
  ///   - holds: whether it is there.
  public func needs(_ text: String, _ holds: @escaping @Sendable (Root) -> Bool) -> OptionKey {
    var key = self
    key.need = Need(text: text, holds: holds)
    return key
  }

  /// The same key of a struct of which `Root` is a member.
  public func lifted<Whole>(_ member: WritableKeyPath<Whole, Root> & Sendable) -> OptionKey<Whole> {
    let (get, set) = (get, set)
    var key = OptionKey<Whole>(name, domain, help, choices: choices, get: { get($0[keyPath: member]) }) {
      try set(&$0[keyPath: member], $1)
    }
    key.isLater = isLater
    key.need = need.map { need in .init(text: need.text) { need.holds($0[keyPath: member]) } }
    return key
  }

  fileprivate init(
    _ name: String, _ domain: String, _ help: String, choices: [String], get: @escaping @Sendable (Root) -> Value,
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
