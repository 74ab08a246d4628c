import UnrollCore

/// The runs of a study as it stands: what its report is a function of.
public struct StudyRuns: Equatable, Sendable {
  /// Of the runs that have left one, in the order of the study.
  public var records: [RunRecord]
  /// How many runs the study has; those that have left nothing yet have no record.
  public var wanted: Int
  /// What the study's author says about it, in Markdown; empty when there is nothing.
  public var notes: String
  /// Differences that do not matter.
  public var margin = EqualityMargin()
}

/// All of it as one file, `runs.jsonl`, which is kept and shared:
///
///     {"format":1,"notes":"","wanted":45}             (and "margin", where it is not the usual one)
///     {"baseline":"unigram frequencies", … ,"status":"finished","study":"quick"}
///
/// The first line is about the study, every other one is the record of a run with sorted keys. Runs stand in the order of task, backend,
/// seed and identity, whenever they ended, so that what has changed is changed lines.
extension StudyRuns {
  /// The layout of the first line; raise it when an older program could not read the file.
  public static let currentFormat = 1

  private struct Head: Codable {
    var format: Int
    var margin: EqualityMargin?
    var notes: String
    var wanted: Int
  }

  /// The file; equal runs, in any order, have equal bytes. A run that the study has twice, as tasks of equal data have, is one line.
  ///
  /// - Throws: for a number that is not finite, which JSON has not.
  public func lines() throws -> [UInt8] {
    let head = Head(
      format: StudyRuns.currentFormat, margin: margin == EqualityMargin() ? nil : margin, notes: notes, wanted: wanted)
    var taken: Set<String> = []
    return try records.filter { taken.insert($0.identity).inserted }.sorted { $0.place < $1.place }
      .reduce(into: try head.json() + [UInt8(ascii: "\n")]) { $0 += try $1.json(pretty: false) }
  }

  /// - Parameters:
  ///   - bytes: a file of runs: a head, then one record a line.
  ///   - file: where the lines stand, for complaints.
  /// - Throws: `InputError` with a sentence for every line that is not what it should be: nothing is read of a damaged file.
  public init(lines bytes: [UInt8], file: String) throws {
    let newline = UInt8(ascii: "\n")
    let whole = bytes[..<((bytes.lastIndex(of: newline) ?? -1) + 1)]
    let lines = whole.split(separator: newline, omittingEmptySubsequences: false).dropLast()
    let complaints = Complaints()
    let head = lines.first.flatMap { line in complaints.gather { try StudyRuns.head(line, file) } }
    var places: [String: Int] = [:]
    records = zip(2..., lines.dropFirst()).compactMap { number, line in
      complaints.gather {
        let record = try RunRecord(json: line, file: file, line: number)
        try StudyRuns.check(record, &places, file, number)
        return record
      }
    }
    if whole.count < bytes.count || lines.isEmpty {
      let sentence =
        "the file is cut short here: its last line has no end; put back the whole file, or delete this line"
      complaints.add(InputError(sentence, file: file, line: lines.count + 1))
    }
    if let head, lines.count - 1 > head.wanted {
      let sentence =
        "says that the study has \(head.wanted.counted("run")), and \(lines.count - 1) follow; put back the file"
      complaints.add(InputError(sentence, file: file, line: 1))
    }
    try complaints.check()
    (wanted, notes, margin) = (head?.wanted ?? 0, head?.notes ?? "", head?.margin ?? EqualityMargin())
  }

  private static func head(_ line: ArraySlice<UInt8>, _ file: String) throws -> Head {
    do {
      let head = try Head(json: Array(line))
      guard head.format <= currentFormat else { throw InputError.newer(format: head.format, file: file, line: 1) }
      return head
    } catch let error as DecodingError {
      let what = "is not the first line of a file of runs (\(error.sentence)); put back the file"
      throw InputError(what, file: file, line: 1)
    }
  }

  /// - Parameter places: the lines of the runs before.
  private static func check(_ record: RunRecord, _ places: inout [String: Int], _ file: String, _ line: Int) throws {
    guard RecordStore.isIdentity(record.identity) else {
      throw InputError("a record's identity is letters and digits, not \"\(record.identity)\"", file: file, line: line)
    }
    if let other = places.updateValue(line, forKey: record.identity) {
      throw InputError(
        "holds the same run as line \(other) (\(record.identity)); delete one of them", file: file, line: line)
    }
  }
}

extension RunRecord {
  fileprivate var place: (String, String, String, Int, String) {
    (cell.task, cell.backend, cell.candidate ?? "", cell.seed, identity)
  }
}
