import UnrollKernels

/// All values of a model in one slab; gradients lie in other slabs of the same order (one a shard).
public final class Parameters {
  /// In the order in which they were declared, which is that of the slab.
  public let list: [Parameter]
  /// How the optimiser treats them; `Parameter.group` is an index of these.
  public let groups: [ParameterGroup]
  /// The slab. Whoever writes to it says so by `changed()`.
  public let values: Buffer
  /// Rises with every change of values, so that what is derived from them (a discretisation) knows when it is stale.
  public private(set) var version = 1

  /// Takes over what was declared, in that order.
  public init(_ builder: ParameterBuilder) {
    let storage = builder.storage
    list = storage.list
    groups = storage.groups
    values = Buffer(count: storage.values.count)
    values.row.assign(storage.values)
  }

  /// How many values there are, frozen ones included.
  public var count: Int { values.count }

  /// Values that training changes.
  public var trainedCount: Int {
    list.reduce(0) { $0 + (groups[$1.group] == .frozen ? 0 : $1.count) }
  }

  /// Of a slab in this order what belongs to parameters that training changes; the slab itself where those are all, or it is empty.
  package func trained(of slab: Buffer) -> Buffer {
    guard trainedCount < slab.count else { return slab }
    let trained = Buffer(count: trainedCount)
    eachTrained { Kernels.copy(slab.row.columns($0), to: trained.row.columns($1)) }
    return trained
  }

  /// Puts back what `trained(of:)` took from a slab.
  package func put(_ trained: Buffer, into slab: Buffer) {
    guard trained.count < slab.count else { return Kernels.copy(trained.row, to: slab.row) }
    eachTrained { Kernels.copy(trained.row.columns($1), to: slab.row.columns($0)) }
  }

  /// Where each parameter that training changes stands in a slab, and where among them.
  private func eachTrained(_ body: (_ all: Range<Int>, _ own: Range<Int>) -> Void) {
    var start = 0
    for parameter in list where groups[parameter.group] != .frozen {
      body(parameter.offset..<parameter.offset + parameter.count, start..<start + parameter.count)
      start += parameter.count
    }
  }

  /// To be called after `values` were written: streams and discretisations of before are stale then.
  public func changed() { version += 1 }

  /// A parameter's values in the slab: vectors as [1, n], others as [rows, all other dimensions].
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
  public func view(in slab: Buffer) -> Matrix { slab.matrix(rows: rows, columns: columns, from: offset) }
}
