import UnrollCore

extension FormatDefinition {
  /// Between tabs quotes are ordinary characters; between other separators they are those of RFC 4180.
  static let pairs = FormatDefinition(
    "pairs", "sources and targets in columns, with tabs between them (or as csv), with or without a header",
    keys: ["separator", "source_column", "target_column"], preset: { $0.tokeniser = .words },
    check: { _ = try Pairs.numbers($0) }, reader: .pairs(Pairs.read))
}

private enum Pairs {
  @Sendable static func read(_ path: String, _ files: SourceFiles, _ options: DataOptions) throws -> [Sample<TextPair>]
  {
    let file = try files.read(path, options.encoding)
    var records = DelimitedRecords(
      file: file, separator: options.separator.byte, quotes: options.separator != .tab)
    let columns = try columns(&records, options)
    let tokenisers = PairTokenisers(options)
    var (samples, width): ([Sample<TextPair>], Int?) = ([], columns.width)
    while let record = try records.next() {
      let found = record.fields.count.counted("column")
      guard record.fields.count == width ?? record.fields.count else {
        throw file.error("this line has \(found), the first line has \(width!)", record.line)
      }
      guard record.fields.count > max(columns.source, columns.target) else {
        let (source, target) = (columns.source + 1, columns.target + 1)
        throw file.error(
          "this line has \(found), the source stands in column \(source) and the target in \(target)", record.line)
      }
      width = record.fields.count
      samples.append(
        try Sample(record.fields[columns.source], record.fields[columns.target], tokenisers, file, record.line))
    }
    return try file.required(samples, "pairs")
  }

  /// The columns of a file without a header, from 1; nil where they are named.
  static func numbers(_ options: DataOptions) throws -> (source: Int, target: Int)? {
    let (source, target) = (options.sourceColumn, options.targetColumn)
    guard source != target, (Int(source) == nil) == (Int(target) == nil) else {
      throw InputError(
        "source_column and target_column must be two names of a header, or two numbers from 1 without one")
    }
    guard let first = Int(source), let second = Int(target) else { return nil }
    guard (1...1000).contains(first), (1...1000).contains(second) else {
      throw InputError("source_column and target_column must be 1…1000 where they are numbers")
    }
    return (first, second)
  }

  /// Where the texts stand, from 0, and how many columns there are, where a header says it.
  private static func columns(
    _ records: inout DelimitedRecords, _ options: DataOptions
  ) throws -> (source: Int, target: Int, width: Int?) {
    if let numbers = try numbers(options) { return (numbers.source - 1, numbers.target - 1, nil) }
    let header = try DelimitedHeader(&records, options.separator)
    do {
      let (source, target) = (try header.column(options.sourceColumn), try header.column(options.targetColumn))
      return (source, target, header.names.count)
    } catch let error as InputError {
      let advice = "; without a header, set source_column and target_column to numbers from 1"
      throw InputError(error.message + advice, file: error.file, line: error.line)
    }
  }
}
