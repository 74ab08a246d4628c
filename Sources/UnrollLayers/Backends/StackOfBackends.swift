import UnrollCore
import UnrollKernels

/// Options of `stack`: layers of different backends in one model, from the bottom.
///
///     {backend: stack, of: [mamba, {backend: transformer, heads: 2}], layers: 2, width: 64}
///
/// `layers` says how often the list repeats. What a backend puts below its layers stands below its first one; what it puts on top
/// comes from the last of the list.
public struct StackOfBackendsOptions: BackendOptions {
  public static let name = "stack"
  public static let summary = "layers of different backends in one model: of: [lstm, {backend: gru, reset: before}]"
  public static let table: [OptionKey<StackOfBackendsOptions>] = [
    OptionKey(
      listKey, "list of backends",
      "the backends of the layers, from the bottom, each a name or a table with its options",
      get: { .list($0.parts.map(StackOfBackendsOptions.resolved)) },
      set: { $0.parts = try $1.items.map(StackOfBackendsOptions.part) })
  ]
  /// The key whose list is one value, not a grid.
  public static let listKey = "of"

  /// From the bottom; one or more.
  public var parts: [any BackendOptions] = [RNNOptions(), LSTMOptions()]

  public init() {}

  /// Attention above a recurrent cell: positions in the middle of the stack.
  public static var miniature: Self {
    var options = Self()
    options.parts = [GRUOptions.miniature, TransformerOptions.miniature]
    return options
  }

  public var poolsItself: Bool { parts.last?.poolsItself ?? false }

  public var layersPerRepeat: Int { parts.count }
  /// The least common multiple of what the parts want.
  public var widthStep: Int {
    func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
    return parts.reduce(1) { $0 / divisor($0, $1.widthStep) * $1.widthStep }
  }

  public func validate() throws {
    if parts.isEmpty { throw InputError("a stack needs the backends of its layers: of: [lstm, gru]") }
    if let lower = parts.dropLast().first(where: \.poolsItself) {
      throw InputError("\(type(of: lower).name) pools over the sequence, so it can only be the last part of a stack")
    }
  }

  public func base(_ input: Int, _ width: Int, _ parameters: ParameterBuilder) throws -> (any SequenceLayer)? {
    try parts[0].base(input, width, parameters)
  }

  public func makeLayer(_ shape: LayerShape, _ parameters: ParameterBuilder) throws -> any SequenceLayer {
    let (part, round) = (parts[shape.index % parts.count], shape.index / parts.count)
    let base = shape.index > 0 && round == 0 ? try part.base(shape.input, shape.width, parameters.scope("base")) : nil
    let own = LayerShape(input: base?.outputWidth ?? shape.input, width: shape.width, index: round)
    let layer = try part.makeLayer(own, parameters)
    guard let base else { return layer }
    return SequenceStack(levels: [
      SequenceStack.Level(layer: base, suffix: "base"), SequenceStack.Level(layer: layer, suffix: "own"),
    ])
  }

  public func top(_ stack: any SequenceLayer, _ reading: Reading, _ parameters: ParameterBuilder) throws
    -> any SequenceLayer
  {
    try parts[parts.count - 1].top(stack, reading, parameters)
  }

  private static func resolved(_ part: any BackendOptions) -> Value {
    var table = part.recorded
    table["backend"] = .string(type(of: part).name)
    if type(of: part).version > 1 { table["version"] = .integer(type(of: part).version) }
    return .table(table)
  }

  private static func part(_ setting: Setting) throws -> any BackendOptions {
    let (name, own) = try setting.choice("backend", "a part of a stack")
    let text = try name.text("a part of a stack")
    guard text != self.name else { throw name.error("a stack cannot hold another stack; list its parts instead") }
    return try name.placing {
      let type = try Backends.named(text, among: Backends.single)
      if let common = own.first(where: { entry in StackOptions.table.contains { $0.name == entry.key } }) {
        throw common.value.error("\(common.key) belongs to the whole stack, not to its part \(text)")
      }
      return try type.init(strict: own, "backend \(text)")
    }
  }
}

extension Backends {
  /// Every kind of backend. The contract tests, `unroll list` and `unroll check` loop over this list.
  public static let all: [any BackendOptions.Type] = single + [StackOfBackendsOptions.self]

  /// The options of a kind by its name in a study.
  ///
  /// - Throws: `InputError` that suggests the nearest name.
  public static func named(_ name: String) throws -> any BackendOptions.Type { try named(name, among: all) }
}
