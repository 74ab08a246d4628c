import UnrollCore

extension FormatDefinition {
  /// Rows of numbers, a step each. What is asked for is a column, a later row, or a label of a step or of a sequence.
  static let series = FormatDefinition(
    "series", "CSV with a header and columns of numbers, a step a row; a column numbers the sequences",
    keys: ["separator", "sequence_column", "input_columns", "target_columns", "ahead", "label_column", "label_of"],
    preset: {
      $0.separator = .comma
      $0.labelColumn = ""
    },
    check: { options in
      guard options.labelColumn.isEmpty, options.targetColumns.isEmpty, options.ahead == 0 else { return }
      throw InputError("say what is asked for: target_columns, ahead (numbers of a later row), or label_column")
    },
    reader: .series { path, files, options in
      let file = try files.read(path, options.encoding)
      var records = DelimitedRecords(file: file, separator: options.separator.byte, quotes: true)
      let header = try DelimitedHeader(&records, options.separator)
      var sequences = SeriesReading(try SeriesLayout(header, options), header.names, file)
      while let record = try records.next() { try sequences.append(record) }
      return try file.required(sequences.finish(), "lines after the header")
    })
}

/// Where in a record the parts of a sequence stand.
private struct SeriesLayout {
  let columns: SeriesColumns
  /// Nil where the file is one sequence.
  let sequence: Int?
  let inputs: [Int]
  let targets: [Int]
  let label: Int?
  let ahead: Int

  init(_ header: DelimitedHeader, _ options: DataOptions) throws {
    func places(_ names: String) throws -> [Int] {
      try names.split(separator: ",").map { try header.column(Array($0.utf8)[...].trimmed.text) }
    }
    sequence = options.sequenceColumn.isEmpty ? nil : try header.column(options.sequenceColumn)
    label = options.labelColumn.isEmpty ? nil : try header.column(options.labelColumn)
    let (named, asked) = (try places(options.inputColumns), try places(options.targetColumns))
    // What is asked for of the same row is not read.
    let taken = Set([sequence, label].compactMap { $0 } + (options.ahead == 0 ? asked : []))
    inputs = named.isEmpty ? header.names.indices.filter { !taken.contains($0) } : named
    if let both = inputs.first(where: taken.contains) {
      throw header.error("the column \"\(header.names[both])\" cannot be among the numbers that are read")
    }
    guard !inputs.isEmpty else { throw header.error("the header leaves no column of numbers to read") }
    guard Set(asked).count == asked.count, Set(inputs).count == inputs.count else {
      throw header.error("a column stands twice among input_columns or target_columns; leave one out")
    }
    targets = label != nil ? [] : asked.isEmpty ? inputs : asked
    ahead = options.ahead
    let target: SeriesColumns.Target =
      label == nil
      ? .numbers(targets.map { header.names[$0] }) : options.labelOf == .step ? .labelOfStep : .labelOfSequence
    columns = SeriesColumns(inputs: inputs.map { header.names[$0] }, target: target)
  }
}

/// Sequences as their rows come.
private struct SeriesReading {
  private let layout: SeriesLayout
  private let header: [String]
  private let file: TextFile
  private var samples: [Sample<NumberSequence>] = []
  /// The last lines of sequences that ended, by what stands in their column.
  private var ended: [TokenKey: Int] = [:]
  private var name: ArraySlice<UInt8> = []
  private var item: NumberSequence
  private var lines: [Int] = []
  /// What is read, as it stands there: the side of a split depends on nothing else.
  private var content: [UInt8] = []

  init(_ layout: SeriesLayout, _ header: [String], _ file: TextFile) {
    (self.layout, self.header, self.file) = (layout, header, file)
    item = NumberSequence(columns: layout.columns, inputs: [])
  }

  mutating func append(_ record: DelimitedRecords.Record) throws {
    guard record.fields.count == header.count else {
      throw file.error("this line has \(record.fields.count) columns, the header has \(header.count)", record.line)
    }
    let name = layout.sequence.map { record.fields[$0].trimmed } ?? []
    if !lines.isEmpty, name != self.name { end() }
    if lines.isEmpty, let last = ended[TokenKey(name.text)] {
      throw file.error(
        "the sequence \"\(name.text)\" goes on here, but ended at line \(last): sort the lines by sequence", record.line
      )
    }
    self.name = name
    for place in layout.inputs {
      guard let value = try number(record, place) else {
        throw file.error(
          "the column \"\(header[place])\" is empty: fill it in, leave the line out, or name other input_columns",
          record.line)
      }
      item.inputs.append(value)
      content += record.fields[place] + [.newline]
    }
    item.targets += try layout.targets.map { try number(record, $0) ?? .nan }
    if let place = layout.label { try append(label: record.fields[place].trimmed.text, record.line) }
    lines.append(record.line)
  }

  mutating func finish() -> [Sample<NumberSequence>] {
    if !lines.isEmpty { end() }
    return samples
  }

  private mutating func append(label: String, _ line: Int) throws {
    guard layout.columns.target == .labelOfSequence else { return item.labels.append(label.isEmpty ? nil : label) }
    guard !label.isEmpty else { throw file.error("the label is empty", line) }
    guard item.labels.first.map({ $0 == label }) ?? true else {
      throw file.error(
        "the label of this sequence was \"\(item.labels[0] ?? "")\" before: correct it, or set label_of to step", line)
    }
    item.labels = [label]
  }

  /// Nil where the field says that there is none.
  private func number(_ record: DelimitedRecords.Record, _ place: Int) throws -> Float? {
    let text = record.fields[place].trimmed.text
    if SeriesReading.missing.contains(text) { return nil }
    guard let value = Float(decimal: text) else {
      throw file.error(
        "the column \"\(header[place])\" holds \"\(text)\", which is not a number; name the columns of numbers in input_columns",
        record.line)
    }
    return value
  }

  private static let missing: Set<String> = ["", "NA", "NaN", "nan", "?"]

  private mutating func end() {
    let (width, later) = (layout.targets.count, min(layout.ahead, lines.count))
    item.targets.removeFirst(later * width)
    item.targets += [Float](repeating: .nan, count: later * width)
    samples.append(Sample(item: item, key: Digest.hex(content), file: file.path, lines: lines))
    ended[TokenKey(name.text)] = lines.last
    item = NumberSequence(columns: layout.columns, inputs: [])
    (lines, content) = ([], [])
  }
}
