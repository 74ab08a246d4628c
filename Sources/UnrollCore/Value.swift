import FoundationEssentials

/// A resolved setting as it stands in a record: plain data, comparable, written with sorted keys.
public enum Value: Equatable, Sendable {
  /// True or false.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// Any other number; one that is not finite cannot be written.
  case number(Double)
  /// Text, and whatever else a study writes as a word.
  case string(String)
  /// Values in their order.
  case list([Value])
  /// Values by key; written with sorted keys.
  case table([String: Value])

  /// The value under a key, when this is a table that has it.
  public subscript(key: String) -> Value? {
    if case .table(let table) = self { table[key] } else { nil }
  }

  /// Nil for a value of another type, as those below.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// Of a whole number alone: 1.0 is none.
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  /// Of a whole number, too.
  public var number: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }
}

extension Value: CustomStringConvertible {
  /// One line, the way it would stand in a study.
  public var description: String {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): value
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .table(let table):
      "{" + table.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
    }
  }
}

extension Value: Codable {
  public init(from decoder: Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([Value].self) {
      self = .list(value)
    } else {
      self = .table(try container.decode([String: Value].self))
    }
  }

  public func encode(to encoder: Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .table(let value): try container.encode(value)
    }
  }
}

extension Encodable {
  /// JSON with sorted keys, so that equal values have equal bytes.
  package func json(pretty: Bool = false) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      pretty ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}

extension Decodable {
  /// Reads what `json(pretty:)` wrote.
  package init(json bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(bytes))
  }
}
