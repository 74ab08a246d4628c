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
    let (type, own) = try setting.choice("input", "an input", among: all) { $0.name }
    return try type.init(strict: own, "input \(type.name)")
  }
}
