import UnrollCore

/// What a study asks for under `data`: a name, a table with a name and options, or a table with a format and paths.
public struct DataRequest: Sendable {
  /// Of the set, or of the study's own files.
  public let name: String
  /// Every option that applies, defaults included; for a named set without paths, so that records are the same on all
  /// machines.
  public private(set) var resolved: [String: Value]
  /// Options that were set and have no effect beside the others; they are as if they had not been set.
  public let idle: [IdleOption]
  let definition: DatasetDefinition
  private(set) var options: DataOptions
  /// Where a study asks for its own files, whose paths begin there; nil for a named set.
  package let setting: Setting?

  /// A named set with its defaults.
  ///
  /// - Throws: `InputError` for a set whose defaults do not fit together.
  public init(_ definition: DatasetDefinition) throws {
    try self.init(definition, keys: definition.keys, entries: [], setting: nil)
  }

  /// Reads a setting strictly. No data file is opened.
  ///
  /// - Throws: `InputError` with the line of an unknown name or key, or of a value that cannot be, or has no effect.
  public init(_ setting: Setting) throws {
    try self.init(sparing: setting)
    if let first = idle.first { throw first.complaint("data") }
  }

  /// Reads a point of a grid, in which some options may have no effect. No data file is opened.
  ///
  /// - Throws: `InputError` with the line of an unknown name or key, or of a value that cannot be.
  public init(sparing setting: Setting) throws {
    if case .scalar(let name) = setting.content {
      try self.init(try setting.placing { try Datasets.named(name) })
      return
    }
    let entries = try setting.entries("data")
    let given = try entries.first { $0.key == "name" }.map { (try $0.value.text("name"), $0.value) }
    let others = entries.filter { $0.key != "name" && $0.key != "format" }
    if let format = entries.first(where: { $0.key == "format" }) {
      let name = try format.value.text("format")
      let definition = try format.value.placing { DatasetDefinition(own: try Formats.named(name), named: given?.0) }
      try self.init(definition, keys: definition.format.keys, entries: others, setting: setting)
    } else if let (name, value) = given {
      let definition = try value.placing { try Datasets.named(name) }
      try self.init(definition, keys: definition.keys, entries: others, setting: nil)
    } else {
      throw setting.error("data needs a name (see `unroll list`), or a format and paths")
    }
  }

  /// What is asked for.
  public var kind: CorpusKind { definition.kind == .series ? options.seriesKind : definition.kind }

  /// Whether its steps are numbers, whatever is asked for.
  public var isOfNumbers: Bool { definition.kind == .series }

  /// The folds of which each is the test split of a run of its own, from 1; none where there is one split.
  package var openFolds: [Int] { options.fold == 0 && options.folds > 0 ? Array(1...options.folds) : [] }

  /// The same data with one of the open folds as the test split.
  package func taking(fold: Int) -> DataRequest {
    var one = self
    one.options.fold = fold
    one.resolved["fold"] = .integer(fold)
    return one
  }

  /// Whether its items are two texts.
  public var isOfPairs: Bool { !options.secondTextColumn.isEmpty }

  /// The key whose list is one value, not a grid: the columns of the texts.
  public static let textKey = DataOptions.textKey

  /// Whether a token is a character; of pairs, one of a source.
  public var isOfCharacters: Bool { options.unit == .character }

  /// Reads, splits and checks the data.
  ///
  /// - Throws: `InputError`, one sentence with file and line, for whatever is wrong with the files.
  public func load(_ location: DataLocation) throws -> LoadedData {
    let files = SourceFiles { try find($0, location) }
    let assembly = Assembly(options: options, files: files)
    let (corpus, labels) = try setting.placing {
      guard openFolds.isEmpty else {
        throw InputError("\(name) has \(options.folds) folds, and each is a split of its own: say which with fold")
      }
      return try assembly.corpus(definition.format.reader)
    }
    // All folds are of the same data.
    let meaning = resolved.filter { $0.key != "fold" && !FormatDefinition.pathKeys.contains($0.key) }
    let digest = Digest.hex(try Value.table(meaning).json() + files.finish())
    return LoadedData(
      name: name, version: definition.version, licence: definition.licence,
      source: setting == nil ? definition.source : options.train, digest: digest, labels: labels, corpus: corpus,
      remarks: files.remarks)
  }
}

extension DataRequest {
  private init(_ definition: DatasetDefinition, keys: [String], entries: [Setting.Entry], setting: Setting?) throws {
    try DataRequest.refuse(entries, definition, keys)
    var options = definition.defaults
    try options.apply(entries, "data")
    let idle = options.idle(entries)
    self.idle = idle
    let entries = entries.filter { entry in !idle.contains { $0.entry.key == entry.key } }
    options = definition.defaults
    try options.apply(entries, "data")
    try DataRequest.refuseDoubleSplits(entries, options)
    try DataRequest.refuseDoubleTexts(entries)
    try ((entries.first { $0.key == "column" } ?? entries.first)?.value ?? setting).placing {
      try definition.format.check(options)
    }
    if let setting, options.train.isEmpty { throw setting.error("data: train is missing: the path of a file") }
    (self.definition, self.options, self.setting) = (definition, options, setting)
    name = setting == nil ? definition.name : definition.name.isEmpty ? Files.stem(options.train) : definition.name
    resolved = DataRequest.resolve(definition, keys, options, name, own: setting != nil)
  }

  private static func resolve(
    _ definition: DatasetDefinition, _ keys: [String], _ options: DataOptions, _ name: String, own: Bool
  ) -> [String: Value] {
    // Its columns have keys of their own.
    var used = options.recorded.filter { keys.contains($0.key) && $0.key != textKey }
    if options.hasDevelopment { used["development_percent"] = nil }
    if options.hasTest || options.folds > 0 { used["test_percent"] = nil }
    if options.hasDevelopment && options.hasTest { (used["duplicates"], used["stratify"]) = (nil, nil) }
    // CSV had commas before there was a choice: records from that time stay what they are.
    if definition.defaults.separator == .comma, options.separator == .comma { used["separator"] = nil }
    used["name"] = .string(name)
    used[own ? "format" : "version"] = .string(own ? definition.format.name : definition.version)
    return used
  }

  /// Complains about keys that exist, perhaps, but not for this set or format.
  private static func refuse(_ entries: [Setting.Entry], _ definition: DatasetDefinition, _ keys: [String]) throws {
    for entry in entries where !keys.contains(entry.key) {
      let what = definition.version.isEmpty ? "data in the format \(definition.format.name)" : "data \(definition.name)"
      let message =
        definition.hasOwnSplit(entry.key)
        ? "\(entry.key) has no meaning here: the set comes with \(entry.key.hasPrefix("fold") ? "a test split of its own" : "this split")"
        : Suggestion.unknown("key", entry.key, known: keys)
      throw entry.error("\(what): \(message)")
    }
  }

  /// A split comes from its own file or is taken from train, not both.
  private static func refuseDoubleSplits(_ entries: [Setting.Entry], _ options: DataOptions) throws {
    if options.hasTest, let entry = entries.first(where: { $0.key == "folds" }), options.folds > 0 {
      throw entry.error("data: test and folds exclude each other, since every fold is a test split; leave one out")
    }
    for (split, given) in [(Split.development, options.hasDevelopment), (.test, options.hasTest)] where given {
      let (key, percent) = (split.rawValue, "\(split.rawValue)_percent")
      guard let entry = entries.first(where: { $0.key == percent }) else { continue }
      throw entry.error("data: \(key) and \(percent) exclude each other; leave one out")
    }
  }

  /// A short form does not stand beside what it is short for.
  private static func refuseDoubleTexts(_ entries: [Setting.Entry]) throws {
    guard let short = entries.first(where: { $0.key == textKey }),
      let long = entries.first(where: { DataOptions.textColumns.contains($0.key) })
    else { return }
    throw short.error("data: text and \(long.key) exclude each other; leave one out")
  }

  private func find(_ path: String, _ location: DataLocation) throws -> String {
    if let setting {
      let found = Files.join(Files.parent(of: setting.file), path)
      guard Files.exists(found) else { throw setting.error("data: there is no file \(found)") }
      return found
    }
    if let found = location.find(path) { return found }
    let help =
      definition.isDefault
      ? "run scripts/data, which unpacks the \(definition.source)"
      : "get it from \(definition.source) and name the folder above it with --data DIR"
    let roots = location.roots.isEmpty ? "no folder" : location.roots.joined(separator: ", ")
    throw InputError("the data set \(definition.name) needs \(path), looked for in \(roots); \(help)")
  }
}

extension DatasetDefinition {
  /// Reads the set with its default options.
  ///
  /// - Throws: `InputError` that says which file is missing, where it was looked for, and how to get it.
  public func load(_ location: DataLocation) throws -> LoadedData { try DataRequest(self).load(location) }

  /// A study's own files; without a version, and with a name when the study gives one.
  fileprivate init(own format: FormatDefinition, named name: String?) {
    self.init(
      name ?? "", format.summary, version: "", licence: "not stated", source: "", format: format, preset: { _ in })
  }
}

extension Setting? {
  fileprivate func placing<Result>(_ body: () throws -> Result) throws -> Result {
    if let self { try self.placing(body) } else { try body() }
  }
}
