import UnrollCore

extension FormatDefinition {
  static let labelFirst = FormatDefinition(
    "label-first", "one text a line after its label and a blank", keys: ["level"], preset: { $0.tokeniser = .words },
    reader: .labelled(LabelFirst.read))
}

private enum LabelFirst {
  @Sendable static func read(_ path: String, _ files: SourceFiles, _ options: DataOptions) throws -> [Sample<
    LabelledText
  >] {
    let file = try files.read(path, options.encoding)
    let tokeniser = Tokeniser(options)
    var samples: [Sample<LabelledText>] = []
    try file.forEachLine { line, number in
      let line = line.trimmed
      if line.isEmpty { return }
      guard let end = line.firstIndex(where: \.isBlank) else {
        throw file.error("a line is a label, a blank and a text; there is no text after \"\(line.text)\"", number)
      }
      try refuseLabels(in: line, file, number)
      let text = line[end...].trimmed
      let label = try label(line[..<end], options.level, file, number)
      samples.append(Sample(text, label: label, tokeniser, file, number))
    }
    return try file.required(samples, "labelled lines")
  }

  /// In fastText's files a line may have several labels, anywhere: then words would become classes, or classes words.
  private static func refuseLabels(in line: TextFile.Bytes, _ file: TextFile, _ number: Int) throws {
    var rest = line.dropFirst()
    while let index = rest.firstIndex(of: .underscore) {
      rest = rest[index...]
      if rest.starts(with: fastText) {
        throw file.error(
          line.starts(with: fastText)
            ? "this line has several labels (\(fastText.text)…): a text has one class here; keep one label a line"
            : "the label (\(fastText.text)…) stands inside the line: put it first", number)
      }
      rest = rest.dropFirst()
    }
  }

  private static let fastText = Array("__label__".utf8)[...]

  private static func label(
    _ field: ArraySlice<UInt8>, _ level: DataOptions.Level, _ file: TextFile, _ line: Int
  ) throws -> String {
    guard level == .coarse else { return field.text }
    guard let colon = field.firstIndex(of: UInt8(ascii: ":")), colon > field.startIndex else {
      throw file.error(
        "the label \"\(field.text)\" has no coarse part before a colon, as level: coarse wants; level: full takes any",
        line)
    }
    return field[..<colon].text
  }
}
