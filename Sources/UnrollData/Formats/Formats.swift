import UnrollCore

/// A file format that people bring their own data in, or a generator that needs no file.
public struct FormatDefinition: Sendable {
  public let name: String
  /// One line.
  public let summary: String
  /// The options that mean something to this format, files included.
  let keys: [String]
  let preset: @Sendable (inout DataOptions) -> Void
  /// Complains about option values that only this format can judge, before any file is opened.
  let check: @Sendable (DataOptions) throws -> Void
  let reader: Reader

  init(
    _ name: String, _ summary: String, keys: [String] = [],
    preset: @escaping @Sendable (inout DataOptions) -> Void = { _ in },
    check: @escaping @Sendable (DataOptions) throws -> Void = { _ in }, reader: Reader
  ) {
    (self.name, self.summary, self.preset, self.check) = (name, summary, preset, check)
    self.reader = reader
    self.keys = FormatDefinition.fileKeys + keys + FormatDefinition.commonKeys(reader.kind)
  }

  private init(
    generator: Reader, keys: [String], check: @escaping @Sendable (GeneratorOptions) throws -> Void
  ) {
    (name, summary, preset, reader) = ("generated", "made from the options alone", { _ in }, generator)
    self.keys = keys + GeneratorOptions.commonKeys
    self.check = {
      try check($0.generator)
      try generator.requireMemory($0.generator)
    }
  }

  /// No file at all: the items are made from the options that `keys` names and from the data's seed.
  static func generated(
    _ keys: [String], check: @escaping @Sendable (GeneratorOptions) throws -> Void = { _ in }, _ generator: Reader
  ) -> FormatDefinition { FormatDefinition(generator: generator, keys: keys, check: check) }

  public var kind: CorpusKind { reader.kind }
  var isGenerated: Bool { reader.isGenerated }

  /// The option table, defaults included.
  public var options: [OptionDescription] { defaults.described(keys) }

  var defaults: DataOptions {
    var options = DataOptions()
    preset(&options)
    return options
  }

  static let fileKeys = ["train", "development", "test"]

  private static func commonKeys(_ kind: CorpusKind) -> [String] {
    let own: [String]
    switch kind {
    case .tagged: own = ["unseen_labels", "max_length", "duplicates"]
    case .labelled: own = ["unit", "tokeniser", "unseen_labels", "max_length", "duplicates", "stratify"]
    case .text: own = ["unit", "tokeniser", "line_token"]
    }
    return ["encoding", "lowercase"] + own
      + ["development_percent", "test_percent", "subsample", "subsample_held_out"]
  }
}

/// The formats that a study can read by path.
public enum Formats {
  public static let all: [FormatDefinition] = [.conllu, .columns, .labelFirst, .filePerClass, .csv, .tsv, .text]

  /// - Throws: `InputError` that suggests the nearest name.
  public static func named(_ name: String) throws -> FormatDefinition {
    if let format = all.first(where: { $0.name == name }) { return format }
    guard let meant = otherNames.first(where: { $0.names.contains(name.lowercased()) })?.formats else {
      throw InputError(Suggestion.unknown("format", name, known: all.map(\.name)))
    }
    let candidates = meant.map { "\"\($0.name)\" (\($0.summary))" }.joined(separator: " or ")
    throw InputError("unknown format \"\(name)\"; did you mean \(candidates)?")
  }

  /// What people call formats elsewhere.
  private static let otherNames: [(names: [String], formats: [FormatDefinition])] = [
    (["conll", "conllx", "conll-x"], [.conllu, .columns]),
    (["ud", "treebank", "universal-dependencies"], [.conllu]),
    (
      ["conll2000", "conll-2000", "conll2002", "conll-2002", "conll2003", "conll-2003", "bio", "iob", "iob2", "ner"],
      [.columns]
    ),
    (["fasttext"], [.labelFirst]),
    (["folder", "directory", "files"], [.filePerClass]),
    (["excel", "spreadsheet"], [.csv, .tsv]),
    (["txt", "plain", "plain-text", "raw", "lm"], [.text]),
  ]
}
