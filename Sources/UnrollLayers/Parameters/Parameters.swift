import UnrollKernels

/// How an optimiser treats a set of parameters.
public struct ParameterGroup: Codable, Hashable, Sendable {
  public var name: String
  /// Multiplies the learning rate.
  public var learningRateFactor: Double
  /// Whether weight decay applies.
  public var weightDecay: Bool

  public init(name: String, learningRateFactor: Double, weightDecay: Bool) {
    self.name = name
    self.learningRateFactor = learningRateFactor
    self.weightDecay = weightDecay
  }

  /// Weights and biases of ordinary layers.
  public static let standard = ParameterGroup(name: "standard", learningRateFactor: 1, weightDecay: true)
}

/// A tensor's place in the slab.
public struct Parameter: Sendable {
  /// Dotted, unique: `backend.weight_ih_l0`.
  public let name: String
  /// As it leaves the process; vectors have one dimension.
  public let shape: [Int]
  public let offset: Int
  public let group: Int

  public var count: Int { shape.reduce(1, *) }
  var rows: Int { shape.count == 1 ? 1 : shape[0] }
  var columns: Int { shape.count == 1 ? shape[0] : shape.dropFirst().reduce(1, *) }
}

/// All values of a model in one slab; gradients lie in other slabs of the same order (one a shard).
public final class Parameters {
  public let list: [Parameter]
  public let groups: [ParameterGroup]
  public let values: Buffer
  /// Rises with every change of values, so that what is derived from them (a discretisation) knows when it is stale.
  public private(set) var version = 1

  /// Takes over what was declared. Groups lie together, in the order of their first use.
  public init(_ builder: ParameterBuilder) {
    let storage = builder.storage
    list = storage.list
    groups = storage.groups
    values = Buffer(count: storage.values.count)
    values.matrix(rows: 1, columns: storage.values.count).assign(storage.values)
  }

  public var count: Int { values.count }

  public func changed() { version += 1 }

  public func value(_ parameter: Parameter) -> Matrix { parameter.view(in: values) }

  /// The parameter of that name.
  public func named(_ name: String) -> Parameter? { list.first { $0.name == name } }

  /// For every group the ranges of the slab that belong to it.
  public func ranges(ofGroup index: Int) -> [Range<Int>] {
    list.filter { $0.group == index }.reduce(into: []) { ranges, parameter in
      let range = parameter.offset..<parameter.offset + parameter.count
      if ranges.last?.upperBound == range.lowerBound {
        ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
  }
}

extension Parameter {
  /// This tensor as a matrix of a slab.
  public func view(in slab: Buffer) -> Matrix {
    precondition(offset + count <= slab.count)
    return Matrix(base: slab.base + offset, rows: rows, columns: columns, stride: columns)
  }
}
