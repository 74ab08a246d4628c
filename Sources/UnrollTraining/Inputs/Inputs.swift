import UnrollCore

/// Every kind of input: to add one, add a line.
public enum Inputs {
  /// In the order of `unroll list`.
  public static let all: [any InputOptions.Type] = [
    WordInputOptions.self, CharacterInputOptions.self, CapitalInputOptions.self, VectorInputOptions.self,
    NumberInputOptions.self,
  ]

  /// The options of one: a name, or a table with its options.
  static func read(_ setting: Setting) throws -> any InputOptions {
    let (name, own) = try setting.choice("input", "an input")
    let type = try name.placing { try all.named(try name.text("an input"), kind: "input") { $0.name } }
    return try made(type, own)
  }

  private static func made<I: InputOptions>(_: I.Type, _ entries: [Setting.Entry]) throws -> any InputOptions {
    try I(strict: entries, "input \(I.name)")
  }

  package static func resolved<I: InputOptions>(_ options: I) -> Value { options.chosen("input", I.name) }
}
