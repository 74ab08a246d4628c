import UnrollCore
import UnrollData
import UnrollTraining

/// A run that is to be made: a cell of a study, and the identity that its settings and data give it.
///
/// As JSON it is the head of the record that the run will leave, and enough to make the run without the study:
///
///     {"format": 1, "study": "quick", "question": …, "cell": {"task": …, "harness": …, "backend": …, "seed": 1},
///      "order": {"task": 0, "backend": 2}, "identity": …, "settings": {"backend": …, "data": …, …},
///      "source": {"file": "quick.yaml", "line": 4}}
///
/// The settings are those of the record, of which the identity is made. `source` is where the study asks for files of its own,
/// whose paths begin there; a named data set needs none. With `stop` the run
/// ends after so many epochs.
public struct RunRequest: Sendable {
  /// All settings, resolved.
  public let cell: StudyCell
  /// Digest of the settings and of the data, under which the run leaves its record.
  public let identity: String
  /// Epochs after which it is to stop, with its state for whoever goes on; nil for the end.
  let stop: Int?

  init(_ cell: StudyCell, identity: String, stop: Int? = nil) {
    (self.cell, self.identity, self.stop) = (cell, identity, stop)
  }

  func stopping(after epochs: Int?) -> RunRequest { RunRequest(cell, identity: identity, stop: epochs) }
}

extension StudyFile {
  /// Every run of the study. Each data set is read once, which also finds what is wrong with it.
  ///
  /// - Throws: `InputError` for data that cannot be read.
  public func requests(_ location: DataLocation) throws -> [RunRequest] {
    var digests: [[UInt8]: String] = [:]
    return try cells().map { cell in
      let files = cell.model.inputs.filter { type(of: $0).readsFiles }.map { $0.chosen("input") }
      let key = try Value.list([.table(cell.request.resolved), .list(files)]).json()
      let digest = try digests[key] ?? cell.digest(location)
      digests[key] = digest
      return RunRequest(cell, identity: try cell.identity(dataDigest: digest))
    }
  }
}

extension StudyCell {
  /// Of the data and of all that is read beside them.
  func digest(_ location: DataLocation) throws -> String {
    let loaded = try request.load(location)
    return try tables(loaded, location).digest(with: loaded.digest)
  }
}

extension RunRequest {
  /// The layout of the JSON; raise it when an older program could not read it.
  public static let currentFormat = 1

  private struct Form: Codable {
    struct Source: Codable {
      var file: String
      var line: Int
    }

    var format: Int
    var study: String
    var question: String
    var cell: RunRecord.Cell
    var order: RunRecord.Order
    var identity: String
    var settings: Value
    var source: Source?
    var stop: Int?
  }

  /// The request as another process of this program reads it.
  public func json() throws -> [UInt8] {
    try Form(
      format: RunRequest.currentFormat, study: cell.study, question: cell.question, cell: cell.cell, order: cell.order,
      identity: identity, settings: cell.resolved,
      source: cell.source.map { .init(file: $0.file, line: $0.line) }, stop: stop
    ).json()
  }

  /// Reads what `json` wrote, by the tables that read a study.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - file: where it stands, for complaints.
  /// - Throws: `InputError` for whatever this program would not write so: other keys, values or versions.
  public init(json bytes: [UInt8], file: String) throws {
    do {
      let given = try Value(json: bytes)
      if let format = given["format"]?.integer, format > RunRequest.currentFormat {
        throw InputError("was written by a newer unroll (format \(format)); update unroll to read it", file: file)
      }
      let form = try Form(json: bytes)
      let source = form.source.map { Setting(.table([]), file: $0.file, line: $0.line) }
      cell = try StudyCell(
        settings: form.settings, file: file, source: source, study: form.study, question: form.question,
        cell: form.cell, order: form.order)
      (identity, stop) = (form.identity, form.stop)
      if let path = RunRequest.difference(given, try Value(json: try json())) {
        throw InputError("this unroll (\(Version.text)) would write another \(path); make the cell again", file: file)
      }
    } catch let error as DecodingError { throw InputError("is not a cell (\(error.sentence))", file: file) }
  }

  /// The first value that differs, by its keys: `settings.backend.version`.
  private static func difference(_ a: Value?, _ b: Value?) -> String? {
    guard case .table(let left)? = a, case .table(let right)? = b else { return a == b ? nil : "value" }
    for key in Set(left.keys).union(right.keys).sorted() {
      if let rest = difference(left[key], right[key]) { return rest == "value" ? key : "\(key).\(rest)" }
    }
    return nil
  }
}
