import UnrollCore

/// The formats that a study can read by path.
public enum Formats {
  /// To add one: a file with a reader, a name here.
  public static let all: [FormatDefinition] = [
    .conllu, .columns, .labelFirst, .filePerClass, .csv, .tsv, .pairs, .parallel, .text, .series, .pianoRolls,
  ]

  /// - Throws: `InputError` that suggests the nearest name.
  public static func named(_ name: String) throws -> FormatDefinition {
    guard let meant = otherNames.first(where: { $0.names.contains(name.lowercased()) })?.formats else {
      return try all.named(name, kind: "format", by: \.name)
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
    (["translation", "seq2seq", "bitext"], [.pairs, .parallel]),
    (["moses"], [.parallel]),
    (["midi", "music", "piano-roll"], [.pianoRolls]),
    (["numbers", "timeseries", "time-series"], [.series]),
    (["txt", "plain", "plain-text", "raw", "lm"], [.text]),
  ]
}
