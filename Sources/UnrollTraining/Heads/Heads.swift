import UnrollCore

/// Every kind of head: to add one, add a line.
public enum Heads {
  /// In the order of `unroll list`.
  public static let all: [any HeadOptions.Type] = [
    SoftmaxHeadOptions.self, ConditionalRandomFieldHeadOptions.self, SquaredErrorHeadOptions.self,
    BernoulliHeadOptions.self,
  ]

  /// The options of one: a name, or a table with its options.
  static func read(_ setting: Setting) throws -> any HeadOptions {
    let (name, own) = try setting.choice("head", "a head")
    let type = try name.placing { try all.named(try name.text("a head"), kind: "head") { $0.name } }
    return try made(type, own)
  }

  private static func made<H: HeadOptions>(_: H.Type, _ entries: [Setting.Entry]) throws -> any HeadOptions {
    try H(strict: entries, "head \(H.name)")
  }

  static func resolved<H: HeadOptions>(_ options: H) -> Value { options.chosen("head", H.name) }
}
