/// One line of an option table, for listings.
public struct OptionDescription: Sendable {
  /// The key, as a study has it.
  public let name: String
  /// What may stand there: `"0 or more"`, `"word | character"`.
  public let domain: String
  /// What stands there when a study says nothing.
  public let defaultValue: Value
  /// One line on what it does.
  public let help: String
  /// What it needs to have an effect; nil when it always has one.
  public let needs: String?

  /// The same where what it needs is always there.
  package var needingNothing: OptionDescription {
    OptionDescription(name: name, domain: domain, defaultValue: defaultValue, help: help)
  }

  package init(name: String, domain: String, defaultValue: Value, help: String, needs: String? = nil) {
    (self.name, self.domain, self.defaultValue, self.help, self.needs) = (name, domain, defaultValue, help, needs)
  }
}

extension Options {
  /// The lines of the table, with the values here as defaults.
  public var described: [OptionDescription] {
    let values = resolved
    return Self.table.map {
      OptionDescription(
        name: $0.name, domain: $0.domain, defaultValue: values[$0.name]!, help: $0.help, needs: $0.need?.text)
    }
  }

  /// Every option of the type, with its default.
  public static var described: [OptionDescription] { Self().described }
}
