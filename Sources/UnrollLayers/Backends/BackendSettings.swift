import UnrollCore

/// A backend with all its settings: enough to build it for any input width.
public struct BackendSettings: Sendable {
  /// What this kind of backend alone has.
  public var options: any BackendOptions
  /// What all backends have: width, layers, directions, dropout, pooling.
  public var stack: StackOptions

  /// The backend's name in a study.
  public var name: String { type(of: options).name }

  /// The keys that a study may set.
  public var keys: [String] { BackendSettings.keys(options) }

  private static func keys<B: BackendOptions>(_: B) -> [String] { StackOptions.table.map(\.name) + B.table.map(\.name) }

  /// A backend with options that are already there.
  public init(_ options: any BackendOptions, _ stack: StackOptions = StackOptions()) {
    self.options = options
    self.stack = stack
  }

  /// Reads the entries of a table (without the backend's name); keys of the stack and of the backend may mix.
  ///
  /// - Throws: `InputError` for a name that is not known, and as `apply`.
  public init(_ name: String, _ entries: [Setting.Entry]) throws {
    self.init(try Backends.named(name).init())
    try apply(entries)
  }

  /// Sets the keys that the entries hold and leaves the others as they are.
  ///
  /// - Throws: `InputError` with everything that is wrong, by line, with the nearest known key.
  public mutating func apply(_ entries: [Setting.Entry]) throws {
    options = try BackendSettings.applied(options, &stack, entries)
  }

  private static func applied<B: BackendOptions>(
    _ options: B, _ stack: inout StackOptions, _ entries: [Setting.Entry]
  ) throws -> B {
    var options = options
    let (stackKeys, ownKeys) = (Set(StackOptions.table.map(\.name)), Set(B.table.map(\.name)))
    let complaints = Complaints()
    for unknown in entries where !stackKeys.contains(unknown.key) && !ownKeys.contains(unknown.key) {
      let message = Suggestion.unknown("key", unknown.key, known: B.table.map(\.name) + StackOptions.table.map(\.name))
      complaints.add(unknown.error("backend \(B.name): \(message)"))
    }
    complaints.gather { try stack.apply(entries.filter { stackKeys.contains($0.key) }, "backend \(B.name)") }
    complaints.gather { try options.apply(entries.filter { ownKeys.contains($0.key) }, "backend \(B.name)") }
    try complaints.check()
    return options
  }

  /// Entries that do nothing beside the other settings.
  public func idle(_ entries: [Setting.Entry]) -> [IdleOption] {
    var whole = stack
    // Layers that really lie on top of each other.
    whole.layers *= options.layersPerRepeat
    return whole.idle(entries) + options.idle(entries)
  }

  /// Every setting with its value, for the record. A first version is left out.
  public var resolved: Value {
    var table = stack.recorded.merging(options.recorded) { $1 }
    table["backend"] = .string(name)
    let version = type(of: options).version
    if version > 1 { table["version"] = .integer(version) }
    return .table(table)
  }
}
