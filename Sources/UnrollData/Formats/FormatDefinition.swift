import UnrollCore

/// A file format that people bring their own data in, or a generator that needs no file.
public struct FormatDefinition: Sendable {
  /// As in a study.
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
    self.keys = FormatDefinition.pathKeys + keys + FormatDefinition.commonKeys(reader.kind)
  }

  private init(
    generator: Reader, keys: [String], check: @escaping @Sendable (GeneratorOptions) throws -> Void
  ) {
    (name, summary, preset, reader) = ("generated", "made from the options alone", { _ in }, generator)
    self.keys = keys + GeneratorOptions.commonKeys
    self.check = {
      let (own, longest) = ($0.generator, try $0.generator.lengthsOfTest() ?? [])
      guard own.shortest <= own.length else {
        throw InputError("shortest (\(own.shortest)) must not exceed length (\(own.length))")
      }
      let shortest = own.shortest > 0 ? [own.shortest] : []
      for length in Set([own.length] + shortest + longest) { try check(own.with(length: length)) }
      try generator.requireMemory($0.generator)
    }
  }

  /// No file at all: the items are made from the options that `keys` names and from the data's seed.
  static func generated(
    _ keys: [String], check: @escaping @Sendable (GeneratorOptions) throws -> Void = { _ in }, _ generator: Reader
  ) -> FormatDefinition { FormatDefinition(generator: generator, keys: keys, check: check) }

  /// What is asked for in such files.
  public var kind: CorpusKind { reader.kind }
  var isGenerated: Bool { reader.isGenerated }

  /// The option table, defaults included.
  public var options: [OptionDescription] { defaults.described(keys) }

  var defaults: DataOptions {
    var options = DataOptions()
    preset(&options)
    return options
  }

  /// The paths of the splits.
  static let pathKeys = Split.allCases.map(\.rawValue)

  private static func commonKeys(_ kind: CorpusKind) -> [String] {
    let own: [String]
    let split = ["max_length", "duplicates", "split_seed"]
    let folds = ["unseen_labels", "folds", "fold"]
    switch kind {
    case .tagged: own = ["lowercase"] + split + folds
    case .labelled: own = ["lowercase", "unit", "tokeniser"] + split + folds + ["stratify"]
    // Every fold would have target words of its own.
    case .pairs: own = ["lowercase", "unit", "target_unit", "tokeniser"] + split
    case .text: own = ["lowercase", "unit", "tokeniser", "line_token"]
    case .series: own = split + folds
    }
    return ["encoding"] + own + ["development_percent", "test_percent", "subsample", "subsample_held_out"]
  }
}
