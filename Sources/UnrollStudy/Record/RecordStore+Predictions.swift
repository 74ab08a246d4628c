import UnrollCore
import UnrollTraining

/// What runs predicted: beside a record a file `<identity>.predictions`, for the folder to work in alone.
///
///     {"classes":"50000 9 …","format":1,"identity":"3958a31aa5241059c5a3c1a8"}
///
/// `classes` are `PackedNumbers`: the class of every target of the test split in the order of the data, also of those that nobody asks for;
/// of many yes or no 1 or 0 for each of them. `numbers`, in the place of classes, are those of every target in the units of the data; `texts`
/// are, for every item, how many tokens were written and which.
extension RecordStore {
  /// The layout of the file; raise it when an older program could not read it.
  private static let currentFormat = 1

  private struct Form: Codable {
    var classes: PackedNumbers?
    var numbers: [Float]?
    var texts: PackedNumbers?
    var format: Int
    var identity: String
  }

  private struct Version: Decodable { var format: Int }

  func predictionsPath(of identity: String) -> String { "\(folder)/\(identity).predictions" }

  /// Writes all that a run leaves: what it predicted, then its record. With no predictions those of an earlier run go.
  ///
  /// - Throws: `InputError` where a file cannot be written.
  public func write(_ record: RunRecord, predictions: Answers?) throws {
    let path = predictionsPath(of: record.identity)
    if let predictions, RecordStore.isIdentity(record.identity) {
      var form = Form(format: RecordStore.currentFormat, identity: record.identity)
      switch predictions {
      case .classes(let classes): form.classes = PackedNumbers(classes.map(Int.init))
      case .numbers(let numbers): form.numbers = numbers
      case .texts(let texts): form.texts = PackedNumbers(texts.flatMap { [$0.count] + $0.map(Int.init) })
      }
      try Files.write(try form.json() + [UInt8(ascii: "\n")], to: path)
    }
    try write(record)
    if predictions == nil { try Files.remove(path) }
  }

  /// Finished runs whose predictions are not here.
  func lackingPredictions(_ records: [RunRecord]) -> Int {
    records.count { $0.status == .finished && !Files.exists(predictionsPath(of: $0.identity)) }
  }

  /// Texts behind their lengths; nil where the last breaks off.
  private func texts(in numbers: [Int32]) -> [[Int32]]? {
    var (texts, rest) = ([[Int32]](), numbers[...])
    while let count = rest.popFirst() {
      guard rest.count >= count else { return nil }
      texts.append(Array(rest.prefix(Int(count))))
      rest = rest.dropFirst(Int(count))
    }
    return texts
  }

  /// Of every target of the test split; nil when the run has left none here.
  ///
  /// - Throws: `InputError` for a file of something else.
  public func predictions(of identity: String) throws -> Answers? {
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
      if let numbers = form.numbers { return .numbers(numbers) }
      guard let packed = form.texts ?? form.classes else {
        throw InputError("is not what a run predicted (classes is missing); delete it", file: path)
      }
      let classes = try packed.values.map { value in
        guard let narrow = Int32(exactly: value) else {
          throw InputError("has a class \(value); delete it", file: path)
        }
        return narrow
      }
      guard form.texts != nil else { return .classes(classes) }
      guard let found = texts(in: classes) else { throw InputError("has texts that break off; delete it", file: path) }
      return .texts(found)
    } catch let error as DecodingError {
      throw InputError("is not what a run predicted (\(error.sentence)); delete it", file: path)
    }
  }
}
