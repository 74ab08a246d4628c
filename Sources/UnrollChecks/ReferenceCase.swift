import UnrollCore
import UnrollKernels
import UnrollLayers
import UnrollTraining

/// A case with its tensors under their names. All that an operation reads passes through here, with the shape that it must have: what
/// is missing or damaged is a sentence.
package struct ReferenceCase {
  let file: String
  private let content: SafeTensors

  package init(_ content: SafeTensors, file: String) {
    self.content = content
    self.file = file
  }

  var operation: String { option("op", "unknown") }

  // MARK: Metadata

  func option(_ key: String, _ standard: String = "") -> String { content.metadata[key] ?? standard }

  func number(_ key: String, in range: ClosedRange<Double>) throws -> Double {
    guard let value = Double(option(key)) else { throw error("the metadata has no number \(key)") }
    guard range.contains(value) else { throw error("\(key) is \(value); it must be in \(range)") }
    return value
  }

  /// Entries as a study would have them.
  func settings(_ entries: [(key: String, value: String)]) -> [Setting.Entry] {
    entries.map { Setting.Entry(key: $0.key, line: 1, value: Setting(.scalar($0.value), file: file, line: 1)) }
  }

  /// Refuses what is far larger than the case: every layer has a tensor with at least a number for each of its units.
  func expectRoom(_ settings: BackendSettings) throws {
    guard settings.stack.width * settings.stack.layers <= content.tensors.values.reduce(0, { $0 + $1.values.count })
    else {
      throw error("the case is too small for \(settings.stack.layers) layers of width \(settings.stack.width)")
    }
  }

  // MARK: Tensors

  func has(_ name: String) -> Bool { content.tensors[name] != nil }

  /// The sizes of a tensor that may have so many dimensions, none of them zero.
  func sizes(_ name: String, dimensions: Int...) throws -> [Int] {
    let shape = try tensor(name).shape
    guard dimensions.contains(shape.count), !shape.contains(0) else {
      let wanted = dimensions.map(String.init).joined(separator: " or ")
      throw error("tensor \(name) has the shape \(shape); it must have \(wanted) dimensions, none of them empty")
    }
    return shape
  }

  /// The values, all finite, of a tensor that has this shape.
  func values(_ name: String, _ shape: [Int]) throws -> [Float] {
    let tensor = try tensor(name)
    guard tensor.shape == shape else {
      throw error("tensor \(name) has the shape \(tensor.shape); the case needs \(shape)")
    }
    guard tensor.values.allSatisfy(\.isFinite) else { throw error("tensor \(name) holds a value that is not finite") }
    return tensor.values
  }

  /// Whole numbers.
  func integers(_ name: String, _ shape: [Int], where allowed: (Int) -> Bool) throws -> [Int] {
    try values(name, shape).map { value in
      guard let whole = Int(exactly: value), allowed(whole) else {
        throw error("tensor \(name) holds \(value), which it cannot")
      }
      return whole
    }
  }

  /// The order of `count` sequences of at most `steps` steps: all of them equally long when the case says nothing.
  func batch(_ steps: Int, _ count: Int) throws -> PackedBatch {
    guard has("lengths") else { return PackedBatch(lengths: [Int](repeating: steps, count: count)) }
    return PackedBatch(lengths: try integers("lengths", [count]) { (1...steps).contains($0) })
  }

  /// A layer with the case's values for its parameters. It is first made without any, so that nothing is made that is larger than
  /// the case.
  func layer<Made>(
    values: ((Parameter) throws -> [Float])? = nil, _ make: (ParameterBuilder) throws -> Made
  ) throws -> (Made, Parameters) {
    let read = values ?? { try self.values($0.name, $0.shape) }
    let counting = ParameterBuilder.counting()
    _ = try make(counting)
    for parameter in counting.declared { _ = try read(parameter) }
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let made = try make(builder)
    let parameters = Parameters(builder)
    for parameter in parameters.list { parameters.value(parameter).assign(try read(parameter)) }
    return (made, parameters)
  }

  /// How far `ours` is from the expected tensor of that name.
  func compare(_ name: String, _ ours: [Float]) throws -> Parity.Comparison {
    let theirs = try tensor(name).values
    guard ours.count == theirs.count else {
      throw error("tensor \(name) has \(theirs.count) values, ours \(ours.count)")
    }
    let scale = max(theirs.map { Double(abs($0)) }.max() ?? 0, 1e-3)
    let difference = zip(ours, theirs).map { abs(Double($0) - Double($1)) }.max() ?? 0
    let finite = (ours + theirs).allSatisfy(\.isFinite)
    return Parity.Comparison(tensor: name, error: finite ? difference / scale : .infinity)
  }

  func error(_ message: String) -> InputError { InputError(message, file: file) }

  private func tensor(_ name: String) throws -> SafeTensors.Tensor {
    guard let tensor = content.tensors[name] else { throw error("the case has no tensor \(name)") }
    return tensor
  }
}
