import FoundationEssentials
import UnrollCore

/// The records of a study: a folder with one `<identity>.json` a run.
///
/// A record is written whole or not at all, so several processes may share the folder.
public struct RecordStore: Sendable {
  public let folder: String

  public init(folder: String) { self.folder = folder }

  public func path(of identity: String) -> String { "\(folder)/\(identity).json" }

  /// Whether a run with this identity has left its record.
  public func contains(_ identity: String) -> Bool {
    RecordStore.isIdentity(identity) && Files.exists(path(of: identity))
  }

  /// - Throws: `InputError` for what is no record, or is the record of another run than its name says.
  public func read(_ identity: String) throws -> RunRecord {
    let record = try RecordStore.record(at: path(of: identity))
    guard record.identity == identity, RecordStore.isIdentity(identity) else {
      throw InputError(
        "is the record of another run (\(record.identity)); delete it to have the cell run again",
        file: path(of: identity))
    }
    return record
  }

  /// An identity names a file, which must lie in the folder.
  private static func isIdentity(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }

  /// Writes one record atomically; the numbers of a diverged run may be infinite or not a number.
  public func write(_ record: RunRecord) throws {
    guard RecordStore.isIdentity(record.identity) else {
      throw InputError("a record's identity is letters and digits, not \"\(record.identity)\"", file: folder)
    }
    try Files.write(try RecordStore.bytes(of: record), to: path(of: record.identity))
  }

  /// A record as it stands in its file: equal records have equal bytes.
  static func bytes(of record: RunRecord) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return Array(try encoder.encode(record)) + [UInt8(ascii: "\n")]
  }

  private struct Version: Decodable { var format: Int }

  static func record(at path: String) throws -> RunRecord {
    let data = Data(try Files.read(path))
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      let format = try decoder.decode(Version.self, from: data).format
      guard format <= RunRecord.currentFormat else {
        throw InputError("was written by a newer unroll (format \(format)); update unroll to read it", file: path)
      }
      return try decoder.decode(RunRecord.self, from: data)
    } catch let error as DecodingError {
      let what = "is not the record of a run (\(error.sentence)); delete it to have the cell run again"
      throw InputError(what, file: path)
    }
  }
}

extension DecodingError {
  /// What is wrong, in a few words.
  var sentence: String {
    switch self {
    case .keyNotFound(let key, _): "\(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(context.path) is of another type"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\(context.path) has a value that it cannot have"
    default: "broken JSON"
    }
  }
}

extension DecodingError.Context {
  /// Keys and numbers from the outside: `metrics.0.unit`.
  fileprivate var path: String {
    codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}
