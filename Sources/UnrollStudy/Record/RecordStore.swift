import UnrollCore

/// The records of a study: a folder with one `<identity>.json` a run.
///
/// A record is written whole or not at all, so several processes may share the folder.
public struct RecordStore: Sendable {
  /// Its path; it is made when the first record is written.
  public let folder: String

  /// A folder that may not be there yet.
  public init(folder: String) { self.folder = folder }

  package func path(of identity: String) -> String { "\(folder)/\(identity).json" }

  /// Whether a run with this identity has left its record.
  public func contains(_ identity: String) -> Bool {
    RecordStore.isIdentity(identity) && Files.exists(path(of: identity))
  }

  /// - Throws: `InputError` for what is no record, or is the record of another run than its name says.
  public func read(_ identity: String) throws -> RunRecord {
    let path = path(of: identity)
    let record = try RunRecord(json: Files.read(path), file: path)
    guard record.identity == identity, RecordStore.isIdentity(identity) else {
      throw InputError(
        "is the record of another run (\(record.identity)); delete it to have the cell run again", file: path)
    }
    return record
  }

  /// An identity names a file, which must lie in the folder.
  static func isIdentity(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }

  /// Writes one record atomically.
  ///
  /// - Throws: `InputError` where it cannot be written, or its identity names no file.
  public func write(_ record: RunRecord) throws {
    guard RecordStore.isIdentity(record.identity) else {
      throw InputError("a record's identity is letters and digits, not \"\(record.identity)\"", file: folder)
    }
    try Files.write(try record.json(pretty: true), to: path(of: record.identity))
  }
}
