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
    let (type, own) = try setting.choice("head", "a head", among: all) { $0.name }
    return try type.init(strict: own, "head \(type.name)")
  }
}
