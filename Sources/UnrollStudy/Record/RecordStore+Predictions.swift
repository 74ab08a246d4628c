import UnrollCore

/// What runs predicted: beside a record a file `<identity>.predictions`, for the folder to work in alone.
///
///     {"classes":"50000 9 …","format":1,"identity":"3958a31aa5241059c5a3c1a8"}
///
/// `classes` are `PackedNumbers`: the class of every target of the test split in the order of the data, also of those that nobody asks for.
extension RecordStore {
  /// The layout of the file; raise it when an older program could not read it.
  private static let currentFormat = 1

  private struct Form: Codable {
    var classes: PackedNumbers
    var format: Int
    var identity: String
  }

  private struct Version: Decodable { var format: Int }

  func predictionsPath(of identity: String) -> String { "\(folder)/\(identity).predictions" }

  /// Writes all that a run leaves: what it predicted, then its record. With no predictions those of an earlier run go.
  public func write(_ record: RunRecord, predictions: [Int32]?) throws {
    let path = predictionsPath(of: record.identity)
    if let predictions, RecordStore.isIdentity(record.identity) {
      let form = Form(
        classes: PackedNumbers(predictions.map(Int.init)), format: RecordStore.currentFormat, identity: record.identity)
      try Files.write(try form.json() + [UInt8(ascii: "\n")], to: path)
    }
    try write(record)
    if predictions == nil { try Files.remove(path) }
  }

  /// The class of every target of the test split; nil when the run has left none here.
  ///
  /// - Throws: `InputError` for a file of something else.
  public func predictions(of identity: String) throws -> [Int32]? {
    let path = predictionsPath(of: identity)
    guard RecordStore.isIdentity(identity), Files.exists(path) else { return nil }
    let bytes = try Files.read(path)
    do {
      let format = try Version(json: bytes).format
      guard format <= RecordStore.currentFormat else { throw InputError.newer(format: format, file: path) }
      let form = try Form(json: bytes)
      guard form.identity == identity else {
        throw InputError("is of another run (\(form.identity)); delete it", file: path)
      }
      return try form.classes.values.map { value in
        guard let narrow = Int32(exactly: value) else {
          throw InputError("has a class \(value); delete it", file: path)
        }
        return narrow
      }
    } catch let error as DecodingError {
      throw InputError("is not what a run predicted (\(error.sentence)); delete it", file: path)
    }
  }
}
