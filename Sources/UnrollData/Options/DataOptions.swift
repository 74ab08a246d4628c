import UnrollCore

/// Every option that some format knows; a format lists the keys that mean something to it.
struct DataOptions: Options {
  enum UnseenLabels: String, CaseIterable, Sendable { case error, keep, drop }
  enum LabelOf: String, CaseIterable, Sendable { case step, sequence }
  /// What a token of a target is: `same` as of its source.
  enum TargetUnit: String, CaseIterable, Sendable { case same, word, character }
  enum Level: String, CaseIterable, Sendable { case full, coarse }

  var train = ""
  var development = ""
  var test = ""
  var encoding = TextEncoding.utf8
  var column = ""
  var wordColumn = 1
  var separator = Separator.tab
  var comments = false
  var level = Level.full
  var prefix = ""
  var suffix = ""
  var textColumn = "text"
  var secondTextColumn = ""
  var labelColumn = "label"
  var sourceColumn = "source"
  var targetColumn = "target"
  var targetExtension = ""
  var labelOf = LabelOf.step
  var sequenceColumn = "sequence"
  var inputColumns = ""
  var targetColumns = ""
  var ahead = 0
  var unit = TokenUnit.word
  var targetUnit = TargetUnit.same
  var tokeniser = WordRule.spaces
  var lowercase = false
  var lineToken = "<eos>"
  var developmentPercent = 10
  var testPercent = 10
  var splitSeed = 0
  var folds = 0
  var fold = 0
  var duplicates = Duplicates.together
  var stratify = false
  var subsample = 0
  var subsampleHeldOut = 0
  var maxLength = 0
  var unseenLabels = UnseenLabels.error
  var ignoreLabel = ""
  var generator = GeneratorOptions()

  var hasDevelopment: Bool { !development.isEmpty }
  var hasTest: Bool { !test.isEmpty }

  static let table: [OptionKey<DataOptions>] =
    files + layout + [column] + series + tokens + sizes + GeneratorOptions.table.map { $0.lifted(\.generator) }

  /// The keys that say where the files lie and how to read them: of a named set its name says that already.
  static let fileKeys = Set((files + layout).map(\.name))

  private static let files: [OptionKey<DataOptions>] = [
    OptionKey("train", \.train, "path of the training file, from the study's folder (file-per-class: a folder)"),
    OptionKey("development", \.development, "path of the development file; without it, a part of train"),
    OptionKey("test", \.test, "path of the test file; without it, a part of train"),
    OptionKey("encoding", \.encoding, "how the bytes of the files become text, unless a byte order mark says it"),
  ]

  private static let layout: [OptionKey<DataOptions>] = [
    OptionKey("word_column", \.wordColumn, in: 1...1000, "where the words stand, from 1"),
    OptionKey("separator", \.separator, "what stands between columns; space: any blanks, in csv a single one"),
    OptionKey("comments", \.comments, "whether lines that begin with # are comments").later,
    OptionKey("level", \.level, "the label in full, or only what stands before its first colon"),
    OptionKey("prefix", \.prefix, "what comes before the label in a file's name"),
    OptionKey("suffix", \.suffix, "what comes after the label in a file's name"),
    OptionKey(
      textKey, "column, or list of two", "in short: text_column, or [text_column, second_text_column]",
      get: { .list([$0.textColumn, $0.secondTextColumn].filter { !$0.isEmpty }.map(Value.string)) },
      set: { ($0.textColumn, $0.secondTextColumn) = try columns($1) }),
    OptionKey("text_column", \.textColumn, "header of the column with the text"),
    OptionKey("second_text_column", \.secondTextColumn, "header of a second text, put after the first and <sep>"),
    OptionKey("label_column", \.labelColumn, "header of the column with the label"),
    OptionKey(
      "source_column", \.sourceColumn, "header of the column with the source; without a header its number from 1"),
    OptionKey("target_column", \.targetColumn, "the same for the target"),
    OptionKey(
      "target_extension", \.targetExtension,
      "what stands after the last dot of the files of targets (en: train.de goes with train.en)"),
    OptionKey(
      "ignore_label", \.ignoreLabel,
      "a tag that asks for nothing: no part in loss, scores, baseline or classes; empty for none"
    ).later,
  ]

  /// The key that stands for these two.
  static let (textKey, textColumns) = ("text", ["text_column", "second_text_column"])

  private static func columns(_ setting: Setting) throws -> (first: String, second: String) {
    let names = try setting.items.map { try $0.text(textKey) }
    guard (1...2).contains(names.count) else {
      throw setting.error("text must be one column or a list of two, not of \(names.count)")
    }
    return (names[0], names.count > 1 ? names[1] : "")
  }

  private static let series: [OptionKey<DataOptions>] = [
    OptionKey(
      "sequence_column", \.sequenceColumn, "header of the column that numbers the sequences; empty: a file is one"),
    OptionKey(
      "input_columns", \.inputColumns,
      "headers of the numbers that are read, with commas; empty: all that nothing else is"),
    OptionKey(
      "target_columns", \.targetColumns,
      "headers of the numbers that are asked for, with commas; empty: those that are read"
    ).needs("no label_column") { $0.labelColumn.isEmpty },
    OptionKey("ahead", \.ahead, in: 0...1_000_000, "how many rows later the numbers that are asked for stand")
      .needs("no label_column") { $0.labelColumn.isEmpty },
    OptionKey("label_of", \.labelOf, "what a label belongs to").needs("label_column") { !$0.labelColumn.isEmpty },
  ]

  private static let column = OptionKey<DataOptions>(
    "column", \.column, "where the tags stand: a CoNLL-U column such as upos, or a number from 1")

  private static let tokens: [OptionKey<DataOptions>] = [
    OptionKey("unit", \.unit, "what a token is; a character is a Unicode scalar"),
    OptionKey("target_unit", \.targetUnit, "what a token of a target is; same: as unit says"),
    OptionKey(
      "tokeniser", \.tokeniser, "words end at blanks (text that is tokenised already), or by rule (marks become tokens)"
    ).needs("unit: word") { $0.unit == .word || $0.targetUnit == .word },
    OptionKey(
      "lowercase", \.lowercase,
      "whether text is lower-cased; what reads how words are written still sees their capitals"),
    OptionKey("line_token", \.lineToken, "the token after every line when the unit is word; empty for none")
      .needs("unit: word") { $0.unit == .word },
  ]

  private static let sizes: [OptionKey<DataOptions>] = [
    OptionKey("development_percent", \.developmentPercent, in: 1...45, "part of train that becomes development"),
    OptionKey("test_percent", \.testPercent, in: 1...45, "part of train that becomes test")
      .needs("folds: 0") { $0.folds == 0 },
    OptionKey("split_seed", \.splitSeed, in: 0...Int(Int32.max), "which of many splits of train it is")
      .later.needs("a split that is taken from train") { !$0.hasDevelopment || !$0.hasTest },
    OptionKey(
      "folds", \.folds, in: 0...100,
      "cross-validation: so many parts of train, each the test split of a run of its own, in the place of seeds; 0 for none"
    ).later,
    OptionKey("fold", \.fold, in: 0...100, "a single one of the folds, from 1; 0: a run of each")
      .later.needs("folds") { $0.folds > 0 },
    OptionKey(
      "duplicates", \.duplicates,
      "equal texts on one side of the split, or each by itself (as in a random split, which shows test items in training)"
    ).needs("a split that is taken from train") { !$0.hasDevelopment || !$0.hasTest },
    OptionKey(
      "stratify", \.stratify,
      "whether every class is split by itself: its share in every split, a test item from two texts on, all three from three"
    ).later.needs("a split that is taken from train") { !$0.hasDevelopment || !$0.hasTest },
    OptionKey("subsample", \.subsample, in: 0...Int.max, "training items (tokens of running text) to keep; 0 for all"),
    OptionKey("subsample_held_out", \.subsampleHeldOut, in: 0...Int.max, "the same for development and for test"),
    OptionKey("max_length", \.maxLength, in: 0...Int.max, "training items with more tokens are left out; 0 for none"),
    OptionKey("unseen_labels", \.unseenLabels, "labels that training lacks: complain, keep as errors, drop the items")
      .needs("label_column") { !$0.labelColumn.isEmpty },
  ]
}

extension DataOptions {
  func validate() throws {
    if folds == 1 { throw InputError("folds must be 2 or more, or 0 for none: of one nothing is left to train on") }
    if folds > 0, fold > folds { throw InputError("fold must be one of the \(folds) folds, from 1, not \(fold)") }
  }

  /// What is asked for of series.
  var seriesKind: CorpusKind { labelColumn.isEmpty ? .series : labelOf == .step ? .tagged : .labelled }

  /// The same with targets in the place of sources.
  var ofTargets: DataOptions {
    var options = self
    options.unit = TokenUnit(rawValue: targetUnit.rawValue) ?? unit
    return options
  }

  /// The lines of `keys`, in their order, with the values of these options as defaults. What another key decides that is not among them
  /// is not needed where it is so.
  func described(_ keys: [String]) -> [OptionDescription] {
    let all = described
    return keys.compactMap { key in zip(DataOptions.table, all).first { $1.name == key } }.map { key, option in
      guard let need = key.need, need.holds(self),
        all.contains(where: { need.text.hasPrefix($0.name) && !keys.contains($0.name) })
      else { return option }
      return option.needingNothing
    }
  }
}

extension Tokeniser {
  init(_ options: DataOptions) {
    self.init(
      unit: options.unit, rule: options.tokeniser, lowercase: options.lowercase, lineToken: options.lineToken)
  }
}
