import UnrollCore

/// Rows of numbers out of lines of CSV that come one at a time, such as those of standard input. The first names the columns, in any order;
/// those that nobody asks for are not read.
package struct NumberLines {
  private let file: String
  private let columns: [(name: String, place: Int)]
  /// Columns of the header.
  private let count: Int

  /// - Throws: `InputError` for a header that lacks one of the columns, or has it twice.
  package init(header: ArraySlice<UInt8>, columns: [String], file: String) throws {
    let names = try NumberLines.fields(header, 1, file).map(\.trimmed.text)
    self.columns = try columns.map { name in
      guard let place = names.firstIndex(of: name) else {
        throw InputError(
          "the first line names no column \"\(name)\"; the model reads \(columns.joined(separator: ","))", file: file,
          line: 1)
      }
      guard names.lastIndex(of: name) == place else {
        throw InputError("two columns are called \"\(name)\"; rename one", file: file, line: 1)
      }
      return (name, place)
    }
    (self.file, count) = (file, names.count)
  }

  /// The numbers of a line, in the order in which columns were asked for.
  ///
  /// - Throws: `InputError` for a line of another length, and for what is not a number.
  package func row(_ line: ArraySlice<UInt8>, _ number: Int) throws -> [Float] {
    let fields = try NumberLines.fields(line, number, file)
    guard fields.count == count else {
      throw InputError(
        "this line has \(fields.count.counted("column")), the first has \(count)", file: file, line: number)
    }
    return try columns.map { name, place in
      let text = fields[place].trimmed.text
      guard let value = Float(decimal: text) else {
        throw InputError("the column \"\(name)\" holds \"\(text)\", which is not a number", file: file, line: number)
      }
      return value
    }
  }

  private static func fields(_ line: ArraySlice<UInt8>, _ number: Int, _ file: String) throws -> [ArraySlice<UInt8>] {
    var records = DelimitedRecords(
      file: TextFile(path: file, bytes: Array(line)), separator: Separator.comma.byte, quotes: true)
    do { return try records.next()?.fields ?? [] } catch let error as InputError {
      throw InputError(error.message, file: file, line: number)
    }
  }
}
