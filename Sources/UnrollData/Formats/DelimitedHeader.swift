import UnrollCore

/// The first record of a delimited file: the names of its columns.
struct DelimitedHeader {
  let names: [String]
  private let record: DelimitedRecords.Record
  private let file: TextFile
  private let separator: Separator
  private let isFixed: Bool

  /// - Parameter isFixed: whether the format has this separator alone.
  /// - Throws: `InputError` for a file that holds nothing.
  init(_ records: inout DelimitedRecords, _ separator: Separator, isFixed: Bool = false) throws {
    guard let record = try records.next() else { throw records.file.error("the file has no header line") }
    (self.record, file, self.separator, self.isFixed) = (record, records.file, separator, isFixed)
    names = record.fields.map(\.trimmed.text)
  }

  func error(_ message: String) -> InputError { file.error(message, record.line) }

  /// Where a column stands.
  func column(_ name: String) throws -> Int {
    guard let index = names.firstIndex(of: name) else {
      throw error(hint ?? Suggestion.unknown("column", name, known: names))
    }
    guard names.lastIndex(of: name) == index else {
      throw error("two columns of the header are called \"\(name)\"; rename one")
    }
    return index
  }

  /// Another separator, when the header is a single field that holds it.
  private var hint: String? {
    guard names.count == 1 else { return nil }
    let others = Separator.allCases.filter { $0 != .space && record.fields[0].contains($0.byte) }
    return others.first.map { other in
      let advice = "\(isFixed ? "format to csv and " : "")separator to \(other.rawValue)"
      return
        "the header has no \(separator.rawValue), but a \(other.rawValue); if that separates the columns, set \(advice)"
    }
  }
}
