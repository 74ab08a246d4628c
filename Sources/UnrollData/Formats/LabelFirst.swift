import UnrollCore

extension FormatDefinition {
  static let labelFirst = FormatDefinition(
    "label-first", "one text a line after its label and a blank", keys: ["level"], reader: .labelled(LabelFirst.read))
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
      let text = line[end...].trimmed
      let label = try label(line[..<end], options.level, file, number)
      samples.append(
        Sample(
          item: LabelledText(words: tokeniser.tokens(text), label: label), key: text.text, file: file.path,
          lines: [number]))
    }
    return try file.required(samples, "labelled lines")
  }

  private static func label(
    _ field: ArraySlice<UInt8>, _ level: DataOptions.Level, _ file: TextFile, _ line: Int
  ) throws -> String {
    guard level == .coarse else { return field.text }
    guard let colon = field.firstIndex(of: UInt8(ascii: ":")), colon > field.startIndex else {
      throw file.error("the label \"\(field.text)\" has no coarse part before a colon; set level to full", line)
    }
    return field[..<colon].text
  }
}
