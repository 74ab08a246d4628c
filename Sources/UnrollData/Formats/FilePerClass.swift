import UnrollCore

extension FormatDefinition {
  static let filePerClass = FormatDefinition(
    "file-per-class", "a folder with one file a class, one text a line; the label is a part of the file's name",
    keys: ["prefix", "suffix"],
    preset: {
      $0.suffix = ".txt"
      $0.tokeniser = .words
    }, reader: .labelled(FilePerClass.read))
}

enum FilePerClass {
  @Sendable static func read(_ folder: String, _ files: SourceFiles, _ options: DataOptions) throws -> [Sample<
    LabelledText
  >] {
    let names = try files.list(folder).filter { label(of: $0, options) != nil }
    guard !names.isEmpty else {
      throw InputError("there is no file named \(options.prefix)LABEL\(options.suffix)", file: folder)
    }
    return try names.flatMap { name in
      try read(Files.join(folder, name), label: label(of: name, options) ?? name, files, options)
    }
  }

  /// What stands between prefix and suffix, nil for a file that is not one of the classes.
  private static func label(of name: String, _ options: DataOptions) -> String? {
    guard name.hasPrefix(options.prefix), name.hasSuffix(options.suffix), !name.hasPrefix(".") else { return nil }
    let label = name.dropFirst(options.prefix.count).dropLast(options.suffix.count)
    return label.isEmpty ? nil : String(label)
  }

  private static func read(
    _ path: String, label: String, _ files: SourceFiles, _ options: DataOptions
  ) throws -> [Sample<LabelledText>] {
    let file = try files.read(path, options.encoding)
    let tokeniser = Tokeniser(options)
    var samples: [Sample<LabelledText>] = []
    file.forEachLine { line, number in
      let line = line.trimmed
      if line.isEmpty { return }
      samples.append(Sample(line, label: label, tokeniser, file, number))
    }
    return samples
  }
}
