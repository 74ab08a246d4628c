import UnrollCore
import UnrollKernels

/// Collects the parameters that layers declare, with their initial values.
///
/// Names are `prefix + name + suffix`; every tensor draws from its own split of the seed, named like the tensor, so adding one
/// leaves the initial values of all others as they were.
public struct ParameterBuilder {
  final class Storage {
    var list: [Parameter] = []
    var groups: [ParameterGroup] = []
    var values: [Float] = []
    var count = 0
    var countsOnly = false
    var given: [String: SafeTensors.Tensor] = [:]
  }

  let storage: Storage
  private let random: RandomSource
  private let prefix: String
  private let suffix: String

  /// An empty builder, for one model.
  public init(random: RandomSource) {
    self.init(storage: Storage(), random: random, prefix: "", suffix: "")
  }

  /// A builder that counts parameters and makes no values: for solving a width from a budget.
  public static func counting() -> ParameterBuilder {
    let builder = ParameterBuilder(random: RandomSource(seed: 0))
    builder.storage.countsOnly = true
    return builder
  }

  /// A builder whose values are those of `tensors`, for the network that `Parameters.check` has held them against.
  package static func given(_ tensors: [String: SafeTensors.Tensor]) -> ParameterBuilder {
    let builder = ParameterBuilder(random: RandomSource(seed: 0))
    builder.storage.given = tensors
    return builder
  }

  /// Values of all parameters declared so far.
  public var count: Int { storage.count }
  /// Values that training changes.
  public var trainedCount: Int {
    storage.list.reduce(0) { $0 + (storage.groups[$1.group] == .frozen ? 0 : $1.count) }
  }
  /// The parameters declared so far, in order.
  public var declared: [Parameter] { storage.list }

  private init(storage: Storage, random: RandomSource, prefix: String, suffix: String) {
    self.storage = storage
    self.random = random
    self.prefix = prefix
    self.suffix = suffix
  }

  /// Names inside begin with `name.`.
  public func scope(_ name: String) -> ParameterBuilder {
    ParameterBuilder(storage: storage, random: random, prefix: prefix + name + ".", suffix: suffix)
  }

  /// Names inside end with `_name`, PyTorch's way of numbering layers.
  public func suffixed(_ name: String) -> ParameterBuilder {
    ParameterBuilder(storage: storage, random: random, prefix: prefix, suffix: suffix + "_" + name)
  }

  /// The full name that `name` has here, also for things that have no parameters (a dropout's random split).
  public func name(_ name: String) -> String { prefix + name + suffix }

  /// A source for initial values that several tensors share.
  public func source(_ name: String) -> RandomSource { random.split(self.name(name)) }

  /// Declares a parameter and draws its first values.
  ///
  /// - Parameters:
  ///   - name: within this scope; a full name stands once.
  ///   - shape: as PyTorch has it, [out, in]; vectors have one dimension.
  ///   - initialiser: its first values.
  ///   - group: how the optimiser treats it.
  /// - Returns: where it lies, for `Pass.value` and `Pass.gradient`.
  public func add(
    _ name: String, _ shape: [Int], _ initialiser: Initialiser, group: ParameterGroup = .standard
  ) -> Parameter {
    let full = self.name(name)
    precondition(!storage.list.contains { $0.name == full }, "two parameters named \(full)")
    if !storage.groups.contains(group) { storage.groups.append(group) }
    let parameter = Parameter(
      name: full, shape: shape, offset: storage.count, group: storage.groups.firstIndex(of: group)!)
    storage.list.append(parameter)
    storage.count += parameter.count
    if storage.countsOnly { return parameter }
    var source = random.split(full)
    let values = storage.given[full]?.values ?? initialiser.values(parameter.rows, parameter.columns, &source)
    precondition(values.count == parameter.count)
    storage.values += values
    return parameter
  }
}
