import UnrollCore
import UnrollKernels

/// The safetensors format: eight bytes of header length, a JSON header, little-endian data.
///
/// Read: F32, F64, I32 and I64, as Float32. Written: F32 and string metadata, keys sorted, so that equal content gives equal bytes.
public struct SafeTensors: Equatable, Sendable {
  /// A tensor of Float32.
  public struct Tensor: Equatable, Sendable {
    /// As PyTorch has it; empty of a single number.
    public var shape: [Int]
    /// Row by row.
    public var values: [Float]

    /// A tensor of as many values as the shape says.
    public init(_ shape: [Int], _ values: [Float]) {
      precondition(shape.reduce(1, *) == values.count)
      self.shape = shape
      self.values = values
    }
  }

  /// By name.
  public var tensors: [String: Tensor]
  /// Free text by key, as the format has it.
  public var metadata: [String: String]

  /// What `write(to:)` would write.
  public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a whole file.
  ///
  /// - Throws: `InputError` for a file that cannot be read, is damaged, or has numbers of another type.
  public init(contentsOf path: String) throws {
    do { try self.init(try Files.read(path)) } catch let error as InputError {
      throw InputError(error.message, file: error.file ?? path)
    }
  }

  /// Reads a file's bytes.
  ///
  /// - Throws: `InputError` for bytes that are damaged, or numbers of another type.
  public init(_ bytes: [UInt8]) throws {
    guard bytes.count >= 8 else { throw InputError("is not a safetensors file: it is shorter than 8 bytes") }
    let length = bytes[..<8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    guard length <= bytes.count - 8, let header = try? Value(json: Array(bytes[8..<8 + Int(length)])),
      case .table(let entries) = header
    else { throw InputError("is not a safetensors file: its header cannot be read") }
    if let twice = SafeTensors.doubled(bytes[8..<8 + Int(length)]) {
      throw InputError("is damaged: \(twice) stands in it twice")
    }
    let start = 8 + Int(length)
    self.init()
    for (name, entry) in entries {
      if name == "__metadata__", case .table(let table) = entry {
        metadata = table.compactMapValues(\.string)
      } else {
        tensors[name] = try SafeTensors.tensor(name, entry, bytes[start...])
      }
    }
  }

  /// The first key of a JSON table that stands in it twice, as it is written.
  private static func doubled(_ json: ArraySlice<UInt8>) -> String? {
    var (seen, depth, start): (Set<ArraySlice<UInt8>>, Int, Int?) = ([], 0, nil)
    var (last, place): (ArraySlice<UInt8>?, Int) = (nil, json.startIndex)
    while place < json.endIndex {
      let byte = json[place]
      if let begun = start {
        if byte == UInt8(ascii: "\\") { place += 1 }
        if byte == UInt8(ascii: "\"") { (last, start) = (json[begun..<place], nil) }
      } else {
        switch byte {
        case UInt8(ascii: "\""): start = place + 1
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: ":") where depth == 1:
          if let last, !seen.insert(last).inserted { return String(decoding: last, as: UTF8.self) }
        default: break
        }
      }
      place += 1
    }
    return nil
  }

  private static func tensor(_ name: String, _ entry: Value, _ data: ArraySlice<UInt8>) throws -> Tensor {
    guard let type = entry["dtype"]?.string, let shape = entry["shape"]?.integers,
      let range = entry["data_offsets"]?.integers,
      range.count == 2, range[0] >= 0, range[0] <= range[1], shape.allSatisfy({ $0 >= 0 })
    else { throw InputError("tensor \(name) has a broken header") }
    guard range[1] <= data.count else {
      throw InputError("is cut short: tensor \(name) has a broken header, or is not all there; get the file again")
    }
    let bytes = data[data.startIndex + range[0]..<data.startIndex + range[1]]
    let values: [Float]
    switch type {
    case "F32": values = words(bytes) { Float(bitPattern: $0) }
    case "F64": values = words(bytes) { Float(Double(bitPattern: $0)) }
    case "I32": values = words(bytes) { Float(Int32(bitPattern: $0)) }
    case "I64": values = words(bytes) { Float(Int64(bitPattern: $0)) }
    default: throw InputError("tensor \(name) has the type \(type); F32, F64, I32 and I64 are read")
    }
    guard count(shape) == values.count else { throw InputError("tensor \(name) does not fill its shape \(shape)") }
    return Tensor(shape, values)
  }

  /// Elements of a shape; nil where a broken header asks for more than can be counted.
  private static func count(_ shape: [Int]) -> Int? {
    shape.reduce(1) { product, size in
      product.flatMap { known in
        let (next, overflow) = known.multipliedReportingOverflow(by: size)
        return overflow ? nil : next
      }
    }
  }

  private static func words<Word: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, _ value: (Word) -> Float) -> [Float] {
    bytes.withUnsafeBytes { raw in
      (0..<raw.count / MemoryLayout<Word>.size).map {
        value(Word(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Word>.size, as: Word.self)))
      }
    }
  }

  /// The file's bytes.
  ///
  /// - Throws: what the encoder of the header throws; it takes any names and metadata.
  public func encoded() throws -> [UInt8] {
    let sorted = tensors.sorted { $0.key < $1.key }
    return try sorted.reduce(into: SafeTensors.header(sorted.map { ($0.key, $0.value.shape) }, metadata)) {
      $0 += SafeTensors.data($1.value.values)
    }
  }

  /// Writes the file whole or not at all.
  ///
  /// - Throws: `InputError` where it cannot be written.
  public func write(to path: String) throws { try Files.write(try encoded(), to: path) }

  /// Writes slabs as tensors of one dimension, without a copy of the whole.
  package static func write(_ slabs: [String: Buffer], metadata: [String: String], to path: String) throws {
    let sorted = slabs.sorted { $0.key < $1.key }
    let (header, block) = (try header(sorted.map { ($0.key, [$0.value.count]) }, metadata), 1 << 15)
    try Files.write(to: path) { put in
      put(header)
      for (_, slab) in sorted {
        for start in stride(from: 0, to: slab.count, by: block) {
          put(data(slab.row.columns(start..<min(start + block, slab.count)).array))
        }
      }
    }
  }

  /// What stands before the data: tensors of these names and shapes, one behind the other.
  private static func header(_ shapes: [(name: String, shape: [Int])], _ metadata: [String: String]) throws -> [UInt8] {
    var header: [String: Value] = ["__metadata__": .table(metadata.mapValues(Value.string))]
    var start = 0
    for (name, shape) in shapes {
      let end = start + 4 * shape.reduce(1, *)
      header[name] = .table([
        "dtype": .string("F32"), "shape": .list(shape.map(Value.integer)),
        "data_offsets": .list([.integer(start), .integer(end)]),
      ])
      start = end
    }
    var json = try Value.table(header).json()
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
  }

  private static func data(_ values: [Float]) -> [UInt8] {
    values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Array($0) }
  }
}

extension Value {
  fileprivate var integers: [Int]? {
    guard case .list(let list) = self else { return nil }
    let values = list.compactMap(\.integer)
    return values.count == list.count ? values : nil
  }
}

extension Parameters {
  /// All values under their names.
  public var tensors: [String: SafeTensors.Tensor] {
    Dictionary(uniqueKeysWithValues: list.map { ($0.name, SafeTensors.Tensor($0.shape, value($0).array)) })
  }

  /// Sets every value from tensors of the same names and shapes; all of them must be there, and nothing else.
  ///
  /// - Throws: `InputError` for the first that is missing, left over or of another shape; then nothing is changed.
  public func load(_ tensors: [String: SafeTensors.Tensor]) throws {
    try Parameters.check(tensors, list)
    for parameter in list { value(parameter).assign(tensors[parameter.name]!.values) }
    changed()
  }

  /// - Throws: `InputError` unless the tensors are those of the list, in names and shapes.
  package static func check(_ tensors: [String: SafeTensors.Tensor], _ list: [Parameter]) throws {
    let names = Set(list.map(\.name))
    if let extra = tensors.keys.sorted().first(where: { !names.contains($0) }) {
      throw InputError("the file holds \(extra), which this model has not: they were made with different settings")
    }
    for parameter in list {
      guard let tensor = tensors[parameter.name] else {
        throw InputError("the file lacks the tensor \(parameter.name)")
      }
      guard tensor.shape == parameter.shape else {
        throw InputError("tensor \(parameter.name) has the shape \(tensor.shape), the model wants \(parameter.shape)")
      }
    }
  }
}
