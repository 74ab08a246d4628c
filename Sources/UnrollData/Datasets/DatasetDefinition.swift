import UnrollCore

/// A named data set: a preset over a format, with what a record must say about it.
public struct DatasetDefinition: Sendable {
  /// As in a study.
  public let name: String
  /// One line.
  public let summary: String
  /// Of the data; stands in a record.
  public let version: String
  /// Of the data, in the words of their publisher.
  public let licence: String
  /// A URL, a Debian package, or `generated`.
  public let source: String
  /// Whether it comes from a Debian package, without a download.
  public let isDefault: Bool
  let format: FormatDefinition
  let preset: @Sendable (inout DataOptions) -> Void

  init(
    _ name: String, _ summary: String, version: String, licence: String, source: String, isDefault: Bool = false,
    format: FormatDefinition, preset: @escaping @Sendable (inout DataOptions) -> Void = { _ in }
  ) {
    (self.name, self.summary, self.version, self.licence) = (name, summary, version, licence)
    (self.source, self.isDefault, self.format, self.preset) = (source, isDefault, format, preset)
  }

  /// What is asked for, and so which tasks it serves.
  public var kind: CorpusKind { format.kind }

  /// Where its items come from, in a few words.
  public var availability: String {
    format.isGenerated ? "generated, needs no file" : isDefault ? "comes with scripts/data" : "from --data"
  }

  /// The option table, this set's defaults included.
  public var options: [OptionDescription] { defaults.described(keys) }

  var defaults: DataOptions {
    var options = format.defaults
    preset(&options)
    return options
  }

  /// The keys a study may set: not where the files lie and how they are laid out, which the name already says.
  var keys: [String] {
    format.keys.filter { !DataOptions.fileKeys.contains($0) && !hasOwnSplit($0) }
  }

  /// Whether `key` is the size of a split that this set comes with.
  func hasOwnSplit(_ key: String) -> Bool {
    switch key {
    case "development_percent": defaults.hasDevelopment
    case "test_percent": defaults.hasTest
    case "folds", "fold": defaults.hasTest
    case "duplicates", "stratify", "split_seed": defaults.hasDevelopment && defaults.hasTest
    default: false
    }
  }
}
