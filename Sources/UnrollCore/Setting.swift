import Yams

/// A node of a settings file that knows where it stands, so that every complaint can name file and line.
public struct Setting: Sendable {
  /// One line of a table.
  public struct Entry: Sendable {
    /// What stands before the colon.
    public let key: String
    /// Of the key, from 1.
    public let line: Int
    /// What stands behind the key; it may begin on a later line.
    public let value: Setting

    /// An entry that was not read from a file, for example from words of a command line.
    public init(key: String, line: Int, value: Setting) {
      self.key = key
      self.line = line
      self.value = value
    }

    /// An error at the key.
    public func error(_ message: String) -> InputError { InputError(message, file: value.file, line: line) }
  }

  /// What may stand behind a key.
  public indirect enum Content: Sendable {
    /// One value, as it is written; what type it is, the reader of a key decides.
    case scalar(String)
    /// Items in their order.
    case list([Setting])
    /// Entries in their order; no key stands twice.
    case table([Entry])
  }

  /// What stands here.
  public let content: Content
  /// For complaints; what is not a file is named in words.
  public let file: String
  /// From 1.
  public let line: Int

  /// A node that was not parsed.
  public init(_ content: Content, file: String, line: Int) {
    self.content = content
    self.file = file
    self.line = line
  }

  /// Values in a file once its aliases are written out: far more than a person writes, little to hold in memory.
  static let limit = 100_000

  /// Reads YAML text. Duplicate keys, anchors that loop, aliases that multiply and broken syntax are errors with their line.
  ///
  /// - Throws: `InputError`, also for an empty file.
  public init(yaml text: String, file: String) throws {
    do {
      guard let node = try Yams.compose(yaml: text) else { throw InputError("the file is empty", file: file) }
      var room = Setting.limit
      self = try Setting(node, file: file, &room)
    } catch let error as YamlError {
      throw Setting.complaint(error, file: file)
    }
  }

  /// An error at this node.
  public func error(_ message: String) -> InputError { InputError(message, file: file, line: line) }

  /// Runs `body`; a complaint without file and line gets those of this node.
  ///
  /// - Throws: what `body` throws.
  public func placing<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let problem as InputError where problem.file == nil { throw error(problem.message) }
  }

  private init(_ node: Node, file: String, _ room: inout Int) throws {
    let line = node.mark?.line ?? 1
    room -= 1
    guard room >= 0 else {
      throw InputError(
        "the file has more than \(Setting.limit) values, counting those that aliases stand for; write less of them",
        file: file, line: line)
    }
    switch node {
    case .scalar(let scalar):
      self.init(.scalar(scalar.string), file: file, line: line)
    case .sequence(let sequence):
      self.init(.list(try sequence.map { try Setting($0, file: file, &room) }), file: file, line: line)
    case .mapping(let mapping):
      let entries = try mapping.map { key, value in
        guard let name = key.string else {
          throw InputError("a key must be a plain word", file: file, line: key.mark?.line)
        }
        return Entry(key: name, line: key.mark?.line ?? line, value: try Setting(value, file: file, &room))
      }
      self.init(.table(entries), file: file, line: line)
    case .alias:
      throw InputError("YAML aliases are not used in studies: write the value out", file: file, line: line)
    }
  }

  private static func complaint(_ error: YamlError, file: String) -> InputError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      InputError("not valid YAML: \(problem)", file: file, line: mark.line)
    case .duplicatedKeysInMapping(let duplicates, let context):
      InputError(
        "the key \"\(duplicates.first ?? "?")\" stands twice in one table; keep one", file: file,
        line: context.mark.line)
    default:
      InputError("not valid YAML: \(error)", file: file)
    }
  }
}

extension Setting {
  /// Whether nothing stands behind the key: YAML's null.
  public var isNothing: Bool {
    if case .scalar(let text) = content { ["", "~", "null"].contains(text) } else { false }
  }

  /// The entries of a table, none when nothing stands there; a complaint when it is something else.
  ///
  /// - Throws: `InputError` that calls the node `what`.
  public func entries(_ what: String) throws -> [Entry] {
    if isNothing { return [] }
    guard case .table(let entries) = content else { throw error("\(what) must be a table of \"key: value\" lines") }
    return entries
  }

  /// The items of a list; a single value counts as a list of one.
  public var items: [Setting] { if case .list(let items) = content { items } else { [self] } }

  /// A single value as it stands.
  ///
  /// - Parameter what: begins the complaint, here and below.
  /// - Throws: `InputError` for a list or a table.
  public func text(_ what: String) throws -> String {
    guard case .scalar(let text) = content else { throw error("\(what) must be a single value") }
    return text
  }

  /// One line, the way it would stand in a study.
  public var brief: String {
    switch content {
    case .scalar(let text): text
    case .list(let items): "[" + items.map(\.brief).joined(separator: ", ") + "]"
    case .table(let entries): "{" + entries.map { "\($0.key): \($0.value.brief)" }.joined(separator: ", ") + "}"
    }
  }

  /// A whole number, `1_000` and `1e3` too.
  ///
  /// - Throws: `InputError` for anything else.
  public func integer(_ what: String) throws -> Int {
    let text = try text(what)
    let digits = text.replacing("_", with: "")
    // 1e3 is a whole number, too.
    guard let value = Int(digits) ?? Double(digits).flatMap({ abs($0) < 0x1p53 ? Int(exactly: $0) : nil }) else {
      throw error("\(what) must be a whole number, not \"\(text)\"")
    }
    return value
  }

  /// A finite number.
  ///
  /// - Throws: `InputError` for anything else.
  public func number(_ what: String) throws -> Double {
    let text = try text(what)
    guard let value = Double(text.replacing("_", with: "")), value.isFinite else {
      throw error("\(what) must be a number, not \"\(text)\"")
    }
    return value
  }

  /// `true`, `yes`, `on`, or `false`, `no`, `off`.
  ///
  /// - Throws: `InputError` for anything else.
  public func bool(_ what: String) throws -> Bool {
    let text = try text(what)
    switch text.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw error("\(what) must be true or false, not \"\(text)\"")
    }
  }
}
