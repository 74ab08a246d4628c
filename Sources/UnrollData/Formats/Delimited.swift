import UnrollCore

extension FormatDefinition {
  /// CSV by RFC 4180: a field in double quotes may hold separators, line ends and doubled quotes.
  static let csv = FormatDefinition(
    "csv", "separated by commas (or semicolons, …), with a header and RFC 4180 quotes",
    keys: ["separator"] + Delimited.keys,
    preset: {
      $0.separator = .comma
      $0.tokeniser = .words
    },
    reader: .labelled { try Delimited(separator: $2.separator, quotes: true).read($0, $1, $2) })

  /// Tab-separated; quotes are ordinary characters.
  static let tsv = FormatDefinition(
    "tsv", "tab-separated with a header, no quotes", keys: Delimited.keys, preset: { $0.tokeniser = .words },
    reader: .labelled { try Delimited(separator: Separator.tab, quotes: false).read($0, $1, $2) })
}

private struct Delimited {
  static let keys = [DataOptions.textKey] + DataOptions.textColumns + ["label_column"]

  let separator: Separator
  let quotes: Bool

  func read(_ path: String, _ files: SourceFiles, _ options: DataOptions) throws -> [Sample<LabelledText>] {
    let file = try files.read(path, options.encoding)
    var records = DelimitedRecords(file: file, separator: separator.byte, quotes: quotes)
    let header = try DelimitedHeader(&records, separator, isFixed: !quotes)
    let wanted = [options.textColumn, options.secondTextColumn].filter { !$0.isEmpty }
    let texts = try wanted.map(header.column)
    let label = try header.column(options.labelColumn)
    let tokeniser = Tokeniser(options)
    var samples: [Sample<LabelledText>] = []
    while let record = try records.next() {
      guard record.fields.count == header.names.count else {
        let message = "this line has \(record.fields.count) columns, the header has \(header.names.count)"
        throw file.error(message, record.line)
      }
      let item = try item(texts.map { record.fields[$0] }, record.fields[label], tokeniser, file, record.line)
      let key = texts.map { record.fields[$0].text }.joined(separator: "\t")
      samples.append(Sample(item: item, key: key, file: file.path, lines: [record.line]))
    }
    return try file.required(samples, "lines after the header")
  }

  private func item(
    _ texts: [ArraySlice<UInt8>], _ label: ArraySlice<UInt8>, _ tokeniser: Tokeniser, _ file: TextFile, _ line: Int
  ) throws -> LabelledText {
    guard !label.isBlank else { throw file.error("the label is empty", line) }
    guard texts.allSatisfy({ !$0.isBlank }) else { throw file.error("the text is empty", line) }
    return LabelledText(texts.map(\.trimmed), label: label.trimmed.text, tokeniser)
  }
}
