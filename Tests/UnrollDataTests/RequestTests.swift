import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

@Suite struct RequestTests {
  /// What an option needs is said where somebody can set it.
  @Test func needsAreThoseOfTheFormat() {
    func need(_ format: FormatDefinition, _ key: String) -> String? {
      format.options.first { $0.name == key }!.needs
    }
    for format in [FormatDefinition.conllu, .columns, .labelFirst, .filePerClass] {
      #expect(need(format, "unseen_labels") == nil && need(format, "duplicates") != nil)
    }
    #expect(need(.csv, "unseen_labels") == "label_column" && need(.series, "unseen_labels") == "label_column")
  }

  @Test func aNameAlone() throws {
    let request = try Scratch().request("ud-english-ewt")
    #expect(request.name == "ud-english-ewt")
    #expect(request.kind == .tagged)
    #expect(
      request.resolved == [
        "name": .string("ud-english-ewt"), "version": .string("2.16"), "column": .string("upos"),
        "lowercase": .bool(false), "unseen_labels": .string("keep"), "max_length": .integer(0),
        "subsample": .integer(0), "subsample_held_out": .integer(0),
      ])
  }

  @Test func aNameWithOptions() throws {
    let request = try Scratch().request("{name: ud-english-ewt, column: xpos, subsample: 2_000}")
    #expect(request.resolved["column"] == .string("xpos"))
    #expect(request.resolved["subsample"] == .integer(2000))
  }

  @Test func ownFilesAreResolvedAsWritten() throws {
    let request = try Scratch().request("{format: conllu, train: sub/tree.conllu, development: ../d}")
    #expect(request.name == "tree")
    #expect(request.resolved["train"] == .string("sub/tree.conllu"))
    #expect(request.resolved["format"] == .string("conllu"))
    #expect(request.resolved["test_percent"] == .integer(10))
    #expect(request.resolved["development_percent"] == nil)
  }

  @Test func ownFilesMayHaveAName() throws {
    let scratch = try Scratch().write("a", "one two three\n").write("b", "x")
    let data = try scratch.load("{format: text, name: mine, train: a, development: b, test: b}")
    #expect(data.name == "mine" && data.source == "a")
  }

  /// What these were before they could be chosen stays as it was in records.
  @Test func laterOptionsAreResolvedWhenTheyAreUsed() throws {
    let plain = try Scratch().request("{format: csv, train: a}").resolved
    #expect(plain["separator"] == nil && plain["stratify"] == nil)
    #expect(try Scratch().request("{format: csv, train: a, separator: \",\"}").resolved == plain)
    let other = try Scratch().request("{format: csv, train: a, separator: ;, stratify: true, encoding: latin1}")
      .resolved
    #expect(other["separator"] == .string("semicolon") && other["stratify"] == .bool(true))
    #expect(other["encoding"] == .string("iso-8859-1"))
    #expect(try Scratch().request("{format: columns, train: a}").resolved["separator"] == .string("tab"))
    let commas = try Scratch().request("{format: columns, train: a, separator: comma}").resolved
    #expect(commas["separator"] == .string("comma"))
    #expect(try Scratch().request("{format: columns, train: a, comments: yes}").resolved["comments"] == .bool(true))
  }

  /// A short form is another way to write, not other data.
  @Test func columnsOfTextsInShort() throws {
    let short = try Scratch().request("{format: tsv, text: [a, b], train: x}")
    let long = try Scratch().request("{format: tsv, text_column: a, second_text_column: b, train: x}")
    #expect(short.resolved == long.resolved && short.resolved["text"] == nil && short.isOfPairs)
    #expect(try !Scratch().request("{format: tsv, train: x}").isOfPairs)
  }

  @Test func absolutePathsStandForThemselves() throws {
    let scratch = try Scratch().write("a", "one\n")
    let path = "\(scratch.path)/a"
    #expect(
      try Scratch().load("{format: text, train: \(path), development: \(path), test: \(path)}").text.train.count == 2)
  }

  @Test func laterRootsAreSearched() throws {
    let (first, second) = (Scratch(), Scratch())
    try second.write("tiny-shakespeare/input.txt", String(repeating: "abc ", count: 20))
    let location = DataLocation(roots: [first.path, second.path])
    #expect(try Datasets.named("tiny-shakespeare").load(location).text.train.count == 72)
  }

  @Test(arguments: [
    ("ud-english-etw", "DIR/study.yaml:1: unknown data set \"ud-english-etw\"; did you mean \"ud-english-ewt\"?"),
    ("{name: wnut18}", "DIR/study.yaml:1: unknown data set \"wnut18\"; did you mean \"wnut17\"?"),
    ("{format: conlu, train: a}", "DIR/study.yaml:1: unknown format \"conlu\"; did you mean \"conllu\"?"),
    (
      "{format: conll, train: a}",
      "DIR/study.yaml:1: unknown format \"conll\"; did you mean \"conllu\" (CoNLL-U, tags from a column of choice) or "
        + "\"columns\" (one token a line: word and tag in columns, blank lines between sentences)?"
    ),
    (
      "{format: fastText, train: a}", "DIR/study.yaml:1: unknown format \"fastText\"; did you mean \"label-first\" (one"
    ),
    ("{format: csv, separator: x, train: a}", "DIR/study.yaml:1: unknown value of separator \"x\""),
    ("{format: tsv, separator: tab, train: a}", "DIR/study.yaml:1: data in the format tsv: unknown key \"separator\""),
    ("{format: columns, stratify: true, train: a}", "DIR/study.yaml:1: data in the format columns: unknown key"),
    ("{name: sst-2, stratify: true}", "DIR/study.yaml:1: data sst-2: stratify has no meaning here: the set comes"),
    ("{name: wnut17, subsampel: 3}", "DIR/study.yaml:1: data wnut17: unknown key \"subsampel\"; did you mean"),
    ("\n  name: wnut17\n  train: x", "DIR/study.yaml:3: data wnut17: unknown key \"train\""),
    ("{format: text, column: 2, train: a}", "DIR/study.yaml:1: data in the format text: unknown key \"column\""),
    ("{name: sst-2, test_percent: 5}", "DIR/study.yaml:1: data sst-2: test_percent has no meaning here: the set comes"),
    ("{format: text, train: a, test: b, test_percent: 5}", "DIR/study.yaml:1: data: test and test_percent exclude"),
    ("{name: ud-english-ewt, column: upso}", "DIR/study.yaml:1: unknown column \"upso\"; did you mean \"upos\"?"),
    ("{format: columns, column: x, train: a}", "DIR/study.yaml:1: column must be a number from 1, not \"x\""),
    ("{name: wnut17, subsample: -1}", "DIR/study.yaml:1: subsample must be 0 or more, not -1"),
    (
      "{format: csv, text: [a, b, c], train: x}", "DIR/study.yaml:1: text must be one column or a list of two, not of 3"
    ),
    (
      "{format: csv, text: [a, b], text_column: c, train: x}",
      "DIR/study.yaml:1: data: text and text_column exclude each other; leave one out"
    ),
    ("{name: sick, text: [a, b]}", "DIR/study.yaml:1: data sick: unknown key \"text\""),
    ("{name: sick, unit: letter}", "DIR/study.yaml:1: unknown value of unit \"letter\""),
    ("{name: trec-fine, development_percent: 60}", "DIR/study.yaml:1: development_percent must be 1…45, not 60"),
    (
      "{format: text, train: a, unit: character, line_token: x}",
      "DIR/study.yaml:1: data: line_token has no effect here, it needs unit: word; leave it out, or set that"
    ),
    (
      "{name: names-by-language, tokeniser: words}",
      "DIR/study.yaml:1: data: tokeniser has no effect here, it needs unit"
    ),
    (
      "{format: label-first, train: a, development: b, test: c, duplicates: apart}",
      "DIR/study.yaml:1: data: duplicates has no effect here, it needs a split that is taken from train;"
    ),
    (
      "{format: label-first, train: a, development: b, test: c, stratify: true}",
      "DIR/study.yaml:1: data: stratify has no effect here, it needs a split that is taken from train;"
    ),
    (
      "{format: label-first, train: a, development: b, test: c, split_seed: 2}",
      "DIR/study.yaml:1: data: split_seed has no effect here, it needs a split that is taken from train;"
    ),
    ("{name: sst-2, split_seed: 2}", "DIR/study.yaml:1: data sst-2: split_seed has no meaning here: the set comes"),
    (
      "{format: label-first, train: a, folds: 5, test_percent: 20}",
      "DIR/study.yaml:1: data: test_percent has no effect here, it needs folds: 0;"
    ),
    ("{format: label-first, train: a, fold: 2}", "DIR/study.yaml:1: data: fold has no effect here, it needs folds;"),
    (
      "{format: label-first, train: a, test: b, folds: 5}",
      "DIR/study.yaml:1: data: test and folds exclude each other, since every fold is a test split; leave one out"
    ),
    (
      "{name: trec-coarse, folds: 10}",
      "DIR/study.yaml:1: data trec-coarse: folds has no meaning here: the set comes with a test split of its own"
    ),
    ("{format: text, train: a, folds: 5}", "DIR/study.yaml:1: data in the format text: unknown key \"folds\""),
    (
      "{format: label-first, train: a, folds: 1}",
      "DIR/study.yaml:1: data: folds must be 2 or more, or 0 for none: of one nothing is left to train on"
    ),
    (
      "{format: label-first, train: a, folds: 4, fold: 5}",
      "DIR/study.yaml:1: data: fold must be one of the 4 folds, from 1, not 5"
    ),
    (
      "{format: label-first, train: a, folds: 5}",
      "DIR/study.yaml:1: a has 5 folds, and each is a split of its own: say which with fold"
    ),
    (
      "{format: series, train: a, label_column: k, target_columns: y}",
      "DIR/study.yaml:1: data: target_columns has no effect here, it needs no label_column"
    ),
    (
      "{format: series, train: a, label_column: k, ahead: 2}",
      "DIR/study.yaml:1: data: ahead has no effect here, it needs no label_column"
    ),
    (
      "{format: series, train: a, ahead: 1, label_of: sequence}",
      "DIR/study.yaml:1: data: label_of has no effect here, it needs label_column"
    ),
    (
      "{format: series, train: a, ahead: 1, unseen_labels: keep}",
      "DIR/study.yaml:1: data: unseen_labels has no effect here, it needs label_column"
    ),
    (
      "{name: copying, items: 1, repeats: false}",
      "DIR/study.yaml:1: data: repeats has no effect here, it needs items: 2"
    ),
    (
      "{name: copying, train_items: 1e8}",
      "DIR/study.yaml:1: generated data: 100000800 sequences of 28 tokens would take"
    ),
    ("{format: text}", "DIR/study.yaml:1: data: train is missing: the path of a file"),
    ("{subsample: 3}", "DIR/study.yaml:1: data needs a name"),
    ("[a, b]", "DIR/study.yaml:1: data must be a table"),
  ])
  func strict(_ yaml: String, _ sentence: String) {
    let complaint = Scratch().complaint(yaml)
    #expect(complaint.hasPrefix(sentence), "\(complaint)")
  }

  /// Of a grid the points in which an option has no effect are one.
  @Test func optionsWithoutEffectAreAsIfNotSet() throws {
    let setting = try Setting(yaml: "{format: text, train: a, unit: character, tokeniser: words}", file: "s.yaml")
    let request = try DataRequest(sparing: setting)
    #expect(request.idle.map(\.entry.key) == ["tokeniser"])
    #expect(try request.resolved == Scratch().request("{format: text, train: a, unit: character}").resolved)
    let needy = (Formats.all.flatMap(\.options) + Datasets.all.flatMap(\.options)).filter { $0.needs != nil }
    #expect(
      Set(needy.map(\.name)) == [
        "tokeniser", "line_token", "duplicates", "stratify", "repeats", "target_columns", "ahead", "label_of",
        "unseen_labels", "test_percent", "split_seed", "fold",
      ], "each is shown above")
  }

  @Test func everySetIsListedOnceAndDescribed() throws {
    #expect(Set(Datasets.all.map(\.name)).count == Datasets.all.count)
    for set in Datasets.all {
      let resolved = try DataRequest(set).resolved
      #expect(set.options.allSatisfy { !$0.help.isEmpty && !$0.domain.isEmpty })
      // Some came after there were records, so they are left out of them while they have their defaults.
      let later: Set = ["stratify", "split_seed", "folds", "fold", "shortest", "test_lengths", "asked"]
      let recorded = set.options.filter { !later.contains($0.name) || resolved[$0.name] != nil }
      #expect(recorded.allSatisfy { resolved[$0.name] == $0.defaultValue })
      #expect(["stratify", "split_seed", "folds", "fold"].allSatisfy { resolved[$0] == nil })
      #expect(resolved.count == recorded.count + 2)
      #expect(!set.summary.isEmpty && !set.version.isEmpty && !set.licence.isEmpty && !set.source.isEmpty)
      #expect(set.isDefault == set.source.hasPrefix("Debian package "))
    }
  }
}
