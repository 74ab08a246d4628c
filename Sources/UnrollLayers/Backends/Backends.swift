import UnrollCore
import UnrollKernels

/// How a task will read a backend.
public enum Reading: Sendable {
  /// Every step may see the whole sequence (tagging).
  case everyStep
  /// One vector for the sequence (classification).
  case summary
  /// Every step may see only what came before it (language modelling).
  case causal
}

/// Where in a model a layer is made.
public struct LayerSite: Sendable {
  /// Width of the rows that come in.
  public let input: Int
  /// Hidden width H.
  public let width: Int
  /// Layers of its kind below this one.
  public let index: Int

  public init(input: Int, width: Int, index: Int = 0) {
    (self.input, self.width, self.index) = (input, width, index)
  }
}

/// The options of one kind of backend, which know how to make its layers.
///
/// To add a backend: one file with a `SequenceLayer` and its options, one line in `Backends.all`.
public protocol BackendOptions: Options {
  /// As in a study: `lstm`.
  static var name: String { get }
  /// One line: the equation and its source.
  static var summary: String { get }
  /// Raised when a change of the code changes results, so that runs of before are not taken for runs of now.
  static var version: Int { get }
  /// Layers that one repetition of it has: more than one where layers differ.
  var layersPerRepeat: Int { get }
  /// The options with which the contract is checked: its sequences have a few steps, so windows and tables must be short.
  static var miniature: Self { get }
  /// Hidden widths must be multiples of this.
  var widthStep: Int { get }
  /// What it puts on top pools over the sequence: it belongs on top of a stack, and is not pooled again.
  var poolsItself: Bool { get }
  /// What stands below all layers, [R, input] → [R, width] (a map of the input, positions), or nil.
  func base(_ input: Int, _ width: Int, _ parameters: ParameterBuilder) throws -> (any SequenceLayer)?
  /// One layer in one direction, [R, site.input] → [R, site.width].
  func makeLayer(_ site: LayerSite, _ parameters: ParameterBuilder) throws -> any SequenceLayer
  /// What stands on top of all layers.
  func crown(
    _ stack: any SequenceLayer, _ reading: Reading, _ parameters: ParameterBuilder
  ) throws -> any SequenceLayer
}

extension BackendOptions {
  public static var version: Int { 1 }
  static var keys: [String] { StackOptions.table.map(\.name) + table.map(\.name) }
  public var layersPerRepeat: Int { 1 }
  public static var miniature: Self { Self() }
  public var widthStep: Int { 1 }
  public var poolsItself: Bool { false }

  public func base(_ input: Int, _ width: Int, _ parameters: ParameterBuilder) throws -> (any SequenceLayer)? { nil }

  public func crown(_ stack: any SequenceLayer, _ reading: Reading, _ parameters: ParameterBuilder) -> any SequenceLayer
  {
    stack
  }
}

/// Every kind of backend. The contract tests, `unroll list` and `unroll check` loop over this list.
public enum Backends {
  public static let all: [any BackendOptions.Type] = [
    RNNOptions.self,
    ResidualRNNOptions.self,
    HighwayRNNOptions.self,
    LSTMOptions.self,
    LayerNormLSTMOptions.self,
    SLSTMOptions.self,
    GRUOptions.self,
    AttentionRNNOptions.self,
    MinGRUOptions.self,
    MinLSTMOptions.self,
    MambaOptions.self,
    SelectiveSSMOptions.self,
    LRUOptions.self,
    S4DOptions.self,
    SSMOptions.self,
    AveragingOptions.self,
    ConvolutionOptions.self,
    TransformerOptions.self,
    StackOfBackendsOptions.self,
  ]

  public static func named(_ name: String) throws -> any BackendOptions.Type {
    guard let found = all.first(where: { $0.name == name }) else {
      throw InputError(Suggestion.unknown("backend", name, known: all.map { $0.name }))
    }
    return found
  }
}

/// A backend with all its settings: enough to build it for any input width.
public struct BackendSettings: Sendable {
  public var options: any BackendOptions
  public var stack: StackOptions

  public var name: String { type(of: options).name }

  /// The keys that a study may set.
  public var keys: [String] { type(of: options).keys }

  public init(_ options: any BackendOptions, _ stack: StackOptions = StackOptions()) {
    self.options = options
    self.stack = stack
  }

  /// Reads the entries of a table (without the backend's name); keys of the stack and of the backend may mix.
  public init(_ name: String, _ entries: [Setting.Entry]) throws {
    self.init(try Backends.named(name).init())
    try apply(entries)
  }

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
      complaints.add(InputError("backend \(B.name): \(message)", file: unknown.value.file, line: unknown.line))
    }
    complaints.gather { try stack.apply(entries.filter { stackKeys.contains($0.key) }, "backend \(B.name)") }
    complaints.gather { try options.apply(entries.filter { ownKeys.contains($0.key) }, "backend \(B.name)") }
    try complaints.check()
    return options
  }

  /// Those of `entries` that do nothing beside the other settings.
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
