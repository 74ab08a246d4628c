import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// Every public set from small files that lie and look as its publisher's do: names, columns, marks, encodings.
@Suite struct PublicFormTests {
  struct Form: Sendable, CustomTestStringConvertible {
    let name: String
    /// A table's other options: `column: xpos`.
    let options: String
    let files: [String: [UInt8]]
    /// Items of train, development and test; one number where the last two are parts of train.
    let items: [Int]
    let labels: [String]
    /// The first training item.
    let words: [String]
    var testDescription: String { "\(name) \(options)" }

    init(
      _ name: String, _ files: [String: String], options: String = "", items: [Int], labels: [String],
      words: [String], encoding: Encoding = .utf8
    ) {
      (self.name, self.options, self.items, self.labels, self.words) = (name, options, items, labels, words)
      self.files = files.mapValues { text in
        encoding == .utf8 ? Array(text.utf8) : text.unicodeScalars.map { UInt8($0.value) }
      }
    }
  }

  enum Encoding { case utf8, latin1 }

  static let forms = tagging + classification + text + music + pairs

  private static let treebank = """
    # newdoc id = weblog-1
    # sent_id = weblog-1-0001
    # text = Don't go
    1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
    1\tDo\tdo\tAUX\tVBP\tMood=Imp\t3\taux\t3:aux\t_
    2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t3:advmod\t_
    3\tgo\tgo\tVERB\tVB\tVerbForm=Inf\t0\troot\t0:root\t_


    """
  private static let treebanks = [
    "ud-english-ewt/en_ewt-ud-train.conllu": treebank + treebank, "ud-english-ewt/en_ewt-ud-dev.conllu": treebank,
    "ud-english-ewt/en_ewt-ud-test.conllu": treebank.replacing("PART\tRB", with: "INTJ\tUH"),
  ]

  private static let tagging = [
    Form(
      "ud-english-ewt", treebanks, items: [2, 1, 1], labels: ["AUX", "INTJ", "PART", "VERB"],
      words: ["Do", "n't", "go"]),
    Form(
      "ud-english-ewt", treebanks, options: "column: xpos", items: [2, 1, 1], labels: ["RB", "UH", "VB", "VBP"],
      words: ["Do", "n't", "go"]),
    Form(
      "wnut17",
      [
        "wnut17/wnut17train.conll": "@paul\tO\nin\tO\nEmpire\tB-location\n\t\n#ESB\tB-location\n",
        "wnut17/emerging.dev.conll": "Empire\tB-location\n\n", "wnut17/emerging.test.annotated": "in\tO\n\nat\tO\n",
      ], items: [2, 1, 2], labels: ["B-location", "O"], words: ["@paul", "in", "Empire"]),
  ]

  private static func questions(_ count: Int) -> String {
    (0..<count).map { "NUM:dist How far is caf\u{E9} \($0) ?\nLOC:city What city is \($0) ?\n" }.joined()
  }
  private static func reviews(_ count: Int) -> String {
    (0..<count).map { "\($0 % 2) a film , no \u{E9}tude number \($0) .\n" }.joined()
  }
  private static let entailment =
    "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"
    + "1\tA dog runs\tAn animal runs\t4.5\tENTAILMENT\n2\tA dog runs\tNobody runs\t3.3\tNEUTRAL\n"
  private static let names = ["Czech", "Irish"].map { language in
    ("names-by-language/\(language).txt", (0..<60).map { "\(language) \($0)\n" }.joined())
  }
  private static let trec = ["trec/train_5500.label": questions(60), "trec/TREC_10.label": questions(2)]
  private static let grades = ["train": 6, "dev": 4, "test": 2]

  private static let classification = [
    Form(
      "trec-coarse", trec, items: [124], labels: ["LOC", "NUM"], words: ["How", "far", "is", "caf\u{E9}", "0", "?"],
      encoding: .latin1),
    Form(
      "trec-fine", trec, items: [124], labels: ["LOC:city", "NUM:dist"],
      words: ["How", "far", "is", "caf\u{E9}", "0", "?"], encoding: .latin1),
    sst("sst-2", "binary"), sst("sst-5", "fine"),
    Form(
      "names-by-language", Dictionary(uniqueKeysWithValues: names), items: [120], labels: ["Czech", "Irish"],
      words: "Czech 0".map { String($0) }),
    Form(
      "mr-sentence-polarity",
      [
        "mr-sentence-polarity/rt-polarity.neg": (0..<60).map { "na\u{EF}ve , \($0) .\n" }.joined(),
        "mr-sentence-polarity/rt-polarity.pos": (0..<60).map { "superb , \($0) .\n" }.joined(),
      ], items: [120], labels: ["neg", "pos"], words: ["na\u{EF}ve", ",", "0", "."], encoding: .latin1),
    Form(
      "sick",
      ["sick/SICK_train.txt", "sick/SICK_trial.txt", "sick/SICK_test_annotated.txt"].reduce(into: [:]) {
        $0[$1] = entailment
      },
      items: [2, 2, 2], labels: ["ENTAILMENT", "NEUTRAL"],
      words: ["a", "dog", "runs", "<sep>", "an", "animal", "runs"]),
  ]

  private static func sst(_ name: String, _ files: String) -> Form {
    Form(
      name, Dictionary(uniqueKeysWithValues: grades.map { ("sst/stsa.\(files).\($0)", reviews($1)) }),
      items: [6, 4, 2], labels: ["0", "1"],
      words: ["a", "film", ",", "no", "\u{E9}tude", "number", "0", "."])
  }

  private static let text = [
    Form(
      "tiny-shakespeare", ["tiny-shakespeare/input.txt": String(repeating: "First:\nAy.\n\n", count: 10)], items: [120],
      labels: [], words: ["F"]),
    Form(
      "wikitext-2",
      [
        "wikitext-2/train.txt": " \n = Robert <unk> = \n \n He @-@ wrote . \n", "wikitext-2/valid.txt": " \n He . \n",
        "wikitext-2/test.txt": " \n He \n",
      ], items: [12, 4, 3], labels: [], words: ["@-@"]),
  ]

  private static let rolls =
    "{\"test\": [[[108], [107]]], \"train\": [[[60, 64], [], [21]], [[60], [62]]],\n \"valid\": [[[60], [61]]]}"

  private static let music = ["jsb-chorales": "jsb-chorales-quarter", "nottingham": "nottingham"].sorted {
    $0.key < $1.key
  }
  .map { name, file in
    Form(
      name, ["polyphonic-music/\(file).json": rolls],
      items: [2, 1, 1], labels: [], words: ["60 64", "", "21"])
  }

  private static let commands = (0..<60).map { "IN: jump x\($0) twice OUT: I_JUMP I_JUMP\n" }.joined()
  private static let captions = ["train": 3, "val": 2, "test_2016_flickr": 1].flatMap { split, count in
    ["de": "eine straße , nachts .", "en": "a street at night ."].map { language, line in
      ("multi30k/tok/\(split).lc.norm.tok.\(language)", String(repeating: line + "\n", count: count))
    }
  }

  private static let pairs =
    ["simple", "length"].map { split in
      Form(
        "scan-\(split)",
        ["scan/tasks_train_\(split).txt": commands, "scan/tasks_test_\(split).txt": "IN: walk OUT: I_WALK\n"],
        items: [61], labels: [], words: ["jump", "x7", "twice"])
    } + [
      Form(
        "multi30k", Dictionary(uniqueKeysWithValues: captions), items: [3, 2, 1], labels: [],
        words: ["eine", "straße", ",", "nachts", "."]),
      Form(
        "cmudict",
        [
          "cmudict/cmudict.dict": (0..<120).map { "o'b\($0) OW0 B AY\($0 % 3) # name, irish\no'b\($0)(2) AH0 B IY1\n" }
            .joined()
        ], items: [240], labels: [], words: ["o", "'", "b", "7"]),
      Form("names-given-language", Dictionary(uniqueKeysWithValues: names), items: [120], labels: [], words: ["Czech"]),
    ]

  @Test(arguments: forms) func isReadAsItStands(_ form: Form) throws {
    let scratch = Scratch()
    for (name, bytes) in form.files { try scratch.write(name, bytes: bytes) }
    let data = try scratch.load("{name: \(form.name)\(form.options.isEmpty ? "" : ", ")\(form.options)}")
    let sizes = try Split.allCases.map { try #require(data.corpus.sizes[$0]) }
    #expect(form.items.count == 3 ? sizes == form.items : sizes.reduce(0, +) == form.items[0], "\(sizes)")
    #expect(sizes.allSatisfy { $0 > 0 })
    #expect(data.labels.names == form.labels)
    #expect(words(data.corpus).contains(form.words))
  }

  @Test func everyPublicSetHasItsForm() {
    let sets = Datasets.all.filter { !$0.format.isGenerated && !$0.isDefault }.map(\.name)
    #expect(Set(Self.forms.map(\.name)) == Set(sets))
  }

  /// Of every item, or every token of running text.
  private func words(_ corpus: Corpus) -> [[String]] {
    switch corpus {
    case .tagged(let splits): splits.train.map(\.words)
    case .labelled(let splits): (splits.train + splits.development + splits.test).map(\.words)
    case .pairs(let splits): splits.all.map(\.source)
    case .text(let splits): splits.train.map { [$0] }
    case .series(let splits):
      splits.train.map { item in
        stride(from: 0, to: item.inputs.count, by: 88).map { start in
          (0..<88).filter { item.inputs[start + $0] == 1 }.map { item.columns.inputs[$0] }.joined(separator: " ")
        }
      }
    }
  }
}
