import Foundation
import Testing
import UnrollCore
import UnrollStudy
import UnrollTraining

/// `unroll train`, `show`, `predict`, `evaluate` and `generate`.
@Suite struct ModelCommandTests {
  private static let own = ["--set", "training.epochs=2", "--set", "model.embedding=6", "--set", "width=5"]

  private static func words(_ format: String, _ file: String, _ backend: String = "gru") -> [String] {
    ["train", "--backend", backend, "--set", "data.format=\(format)", "--set", "data.train=\(file)"] + own
  }

  @Test func aCellOfAStudyIsTheRunOfTheStudy() throws {
    let program = try Program(Studies.small)
    let trained = try program.run("train", "small.yaml", "--task", "texts", "--backend", "gru", "--seed", "2")
    #expect(trained.status == 0 && trained.output == "")
    #expect(
      trained.sentences.count == 1 && trained.errors.hasPrefix("texts-gru.safetensors: gru on texts, seed 2, accuracy ")
    )
    #expect(trained.errors.contains(#/; \d+ train, \d+ development, \d+ test sequences\n$/#))
    #expect(try program.run("run", "small.yaml", "--jobs", "2").status == 0)
    let model = try ModelFile(contentsOf: "\(program.folder)/texts-gru.safetensors")
    let records = try program.records.map {
      try RecordStore(folder: "\(program.folder)/Reports/small/records").read(Files.stem($0))
    }
    let record = try #require(
      records.first { $0.cell.task == "texts" && $0.cell.backend == "gru" && $0.cell.seed == 2 })
    #expect(model.scores == record.scores)
    #expect(program.files.count { $0.hasSuffix(".safetensors") } == 1 + 6, "the best of every task and backend")

    let shown = try program.run("show", "texts-gru.safetensors", "--json")
    let json = try Value(json: Array(shown.output.utf8))
    #expect(json["parameters"]?.integer == record.cost.parameters && json["task"]?.string == "classification")
    #expect(
      try program.run("show", "texts-gru.safetensors").output.hasPrefix("classification with gru, written by unroll"))

    let scored = try Value(json: Array(program.run("evaluate", "texts-gru.safetensors", "--json").output.utf8))
    #expect(scored["scores"]?["accuracy"]?.number == record.scores[.test]?["accuracy"])
    let table = try program.run("evaluate", "texts-gru.safetensors", "texts.txt")
    #expect(table.status == 0 && table.output.hasPrefix("accuracy  ") && table.output.contains("\ntokens "))
    try program.write("more.txt", "l0 w1 w2\nl7 w1\n")
    let unknown = try program.run("evaluate", "texts-gru.safetensors", "more.txt")
    #expect(
      unknown.status == 1
        && unknown.errors == "unroll: more.txt:2: unknown label \"l7\"; did you mean \"l0\"? (known: l0, l1, l2)\n")
    try program.write("texts.txt", "l0 w1\n")
    let other = try program.run("evaluate", "texts-gru.safetensors")
    #expect(other.status == 1 && other.sentences.count == 1)
    try program.remove("texts.txt")
    let gone = try program.run("evaluate", "texts-gru.safetensors")
    #expect(gone.status == 1 && gone.sentences.count == 1)
    #expect(
      gone.errors.hasPrefix(
        "unroll: texts-gru.safetensors: its own data cannot be read here (data: there is no file texts.txt"),
      "\(gone.errors)")
    #expect(gone.errors.hasSuffix("); go where they are, or name files to score it on\n"))
  }

  /// A model and itself are alike in everything; two of different seeds are not asked to be kinds of models.
  @Test func twoModelsOnTheSameItems() throws {
    let program = try Program(Studies.small)
    for seed in ["1", "2"] {
      let trained = try program.run(
        "train", "small.yaml", "--task", "texts", "--backend", "gru", "--seed", seed, "--output", "\(seed).safetensors")
      #expect(trained.status == 0)
    }
    let same = try program.run("compare", "1.safetensors", "1.safetensors")
    #expect(same.status == 0 && same.output.hasPrefix("# 1.safetensors and 1.safetensors\n\nBoth on "), "\(same)")
    #expect(
      same.output.contains("right on 0 of them, the second alone on 0 (McNemar's exact test: p = 1.00)"),
      "\(same.output)")
    let two = try program.run("compare", "1.safetensors", "2.safetensors", "texts.txt")
    #expect(two.status == 0 && two.output.contains("| accuracy (%) ↑ |"), "\(two)")
    #expect(try program.run("compare", "1.safetensors", "2.safetensors", "texts.txt").output == two.output)
    let tagger = ModelCommandTests.words("columns", "tags.txt") + ["--output", "t.safetensors"]
    #expect(try program.start(tagger).end().status == 0)
    let apart = try program.run("compare", "1.safetensors", "t.safetensors")
    #expect(
      apart.status == 1 && apart.sentences.count == 1
        && apart.errors.hasPrefix(
          "unroll: the two models were not asked the same: 1.safetensors does classification with ")
    )
    #expect(try program.run("compare", "1.safetensors", "small.yaml").status == 64)
  }

  /// Twice the same numbers look alike to a network, which reads them scaled; they are other numbers all the same. Squares of two columns
  /// are no sum over items.
  @Test func modelsOfNumbersAreAskedTheSameNumbers() throws {
    func rows(_ factor: Int) -> String {
      "sequence,x,y\n"
        + (0..<20).flatMap { s in (0..<3).map { "s\(s),\(factor * (s + $0)),\(factor * s * $0)\n" } }.joined()
    }
    let program = try Program(["a.csv": rows(1), "b.csv": rows(2)])
    for (file, seed) in [("a", "1"), ("a", "2"), ("b", "1")] {
      let settings =
        ["format=series", "ahead=1"] + ["train", "development", "test"].map { "\($0)=\(file).csv" }
      let words =
        ["train", "--backend", "gru", "--seed", seed, "--output", "\(file)\(seed).safetensors", "--set", "width=5"]
        + settings.flatMap { ["--set", "data.\($0)"] }
      let trained = try program.start(words).end()
      try #require(trained.status == 0, "\(trained.errors)")
    }
    let same = try program.run("compare", "a1.safetensors", "a2.safetensors")
    let row = same.output.split(separator: "\n").first { $0.hasPrefix("| mean-squared-error ↓") }
    #expect(same.status == 0 && row?.hasSuffix(" – |") == true, "\(same)")
    let apart = try program.run("compare", "a1.safetensors", "b1.safetensors")
    #expect(
      apart.status == 1
        && apart.errors.hasPrefix(
          "unroll: the two models were not asked the same: a1.safetensors does regression with "),
      "\(apart)")
  }

  @Test func taggersAndClassifiersAnswerLineByLine() throws {
    let program = try Program(Studies.small)
    #expect(
      try program.start(ModelCommandTests.words("columns", "tags.txt", "lstm") + ["--output", "t.safetensors"]).end()
        .status == 0)
    try program.write("lines", "\u{FEFF}w1 w2 w3\n\nw4 never\r\nw5")
    let said = try program.start(["predict", "t.safetensors"], input: "lines").end()
    let rows = said.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(said.status == 0 && said.errors == "" && rows.count == 5)
    #expect(rows.map { $0.split(separator: " ").count } == [3, 0, 2, 1, 0])
    #expect(rows.joined(separator: " ").split(separator: " ").allSatisfy { ["t0", "t1", "t2"].contains($0) })
    let json = try program.start(["predict", "t.safetensors", "--json"], input: "lines").end().output.split(
      separator: "\n")
    let objects = try json.map { try Value(json: Array($0.utf8)) }
    guard case .list(let labels) = objects[2]["labels"], case .list(let tokens) = objects[2]["tokens"] else {
      Issue.record("no lists")
      return
    }
    #expect(labels.map(\.description).joined(separator: " ") == rows[2] && tokens == [.string("w4"), .string("never")])
    #expect(objects[1]["tokens"] == .list([]) && objects[1]["labels"] == nil)
    #expect(objects[0]["tokens"] == .list(["w1", "w2", "w3"].map(Value.string)), "without the mark of UTF-8")
    let unread = try program.start(["predict", "t.safetensors"], input: ".").end()
    #expect(unread.status == 1 && unread.errors == "unroll: standard input: cannot be read: Is a directory\n")
  }

  /// A model keeps the vectors of its own words; for others the file is read again, where it is there and the same.
  @Test func vectorsOfOtherWords() throws {
    let program = try Program()
    func tags(_ words: Range<Int>) -> String {
      words.map { n in n % 2 == 0 ? "a\(n)\tA\nb\(n)\tB\n\n" : "b\(n)\tB\na\(n)\tA\n\n" }.joined()
    }
    let vectors = (0..<40).map { n in "a\(n) 1 0.\(n)\nb\(n) -1 0.\(n)\n" }.joined()
    for (name, text) in [("v.txt", vectors), ("tags.txt", tags(0..<20)), ("more.txt", tags(20..<40))] {
      try program.write(name, text)
    }
    let trained = try program.start(
      [
        "train", "--backend", "gru", "--set", "data.format=columns", "--set", "data.train=tags.txt", "--set",
        "model.inputs=[{input: vectors, file: v.txt}]", "--set", "training.epochs=40", "--set",
        "training.learning_rate=0.05", "--set", "training.batch=4", "--output", "m.safetensors",
      ]
    ).end()
    #expect(trained.status == 0, "\(trained.errors)")
    let whole = try program.run("evaluate", "m.safetensors", "more.txt")
    #expect(
      whole.output.hasPrefix("accuracy           100.00 %") && whole.errors == "", "\(whole.output)\(whole.errors)")
    try program.write("line", "a1 b30\na31\n")
    let said = try program.start(["predict", "m.safetensors"], input: "line").end()
    #expect(
      said.errors
        == "2 of 3 different words have no vector: the model keeps those of its own data, and v.txt was not read for more\n"
    )
    try program.write("rare.txt", "rare\tA\na30\tA\n")
    #expect(
      try program.run("evaluate", "m.safetensors", "rare.txt").errors
        == "1 of 2 different words have no vector in v.txt\n")
    // Other vectors are not those that it was trained with.
    for other in [vectors.replacingOccurrences(of: "a1 1", with: "a1 2"), nil] {
      if let other { try program.write("v.txt", other) } else { try program.remove("v.txt") }
      let blind = try program.run("evaluate", "m.safetensors", "more.txt")
      #expect(blind.status == 0 && blind.errors.hasPrefix("40 of 40 different words have no vector: "))
      #expect(!blind.output.contains("100.00 %"))
    }
  }

  /// Spans of every type, and of those that keep their scheme alone.
  @Test func spansOfEveryType() throws {
    let program = try Program(Studies.small)
    let labels = ["O", "B-P", "I-P"]
    try program.write("spans.txt", Studies.tags.replacing(#/t(\d)/#) { labels[Int($0.1)!] })
    #expect(
      try program.start(ModelCommandTests.words("columns", "spans.txt") + ["--output", "s.safetensors"]).end().status
        == 0)
    func scored(_ more: String...) throws -> Value {
      try Value(json: Array(program.start(["evaluate", "s.safetensors", "--json"] + more).end().output.utf8))
    }
    let (lenient, strict) = (try scored(), try scored("--strict"))
    for scored in [lenient, strict] {
      let spans = try #require(scored["spans"]?["P"])
      let (truths, said, hits) = (spans["truths"]?.number, spans["predictions"]?.number, spans["hits"]?.number)
      #expect(spans["f1"]?.number == scored["scores"]?["span-f1"]?.number)
      #expect(try spans["f1"]?.number == 2 * #require(hits) / (#require(truths) + #require(said)))
    }
    #expect(lenient["spans"]?["P"]?["truths"] != strict["spans"]?["P"]?["truths"], "many labels break the scheme")
    #expect(
      try program.start(ModelCommandTests.words("label-first", "texts.txt") + ["--output", "c.safetensors"]).end()
        .status == 0)
    #expect(
      try program.run("evaluate", "c.safetensors", "--strict").errors
        == "unroll: c.safetensors: the model's labels do not say where spans begin and end\n")
  }

  /// An answer comes before the next line is asked.
  @Test func answersComeAtOnce() throws {
    let program = try Program(Studies.small)
    #expect(
      try program.start(ModelCommandTests.words("label-first", "texts.txt") + ["--output", "c.safetensors"]).end()
        .status == 0)
    let (process, input, output) = (Process(), Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = ["predict", "\(program.folder)/c.safetensors"]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    for _ in 0..<3 {
      try input.fileHandleForWriting.write(contentsOf: Data("w1 w2\n".utf8))
      #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).hasPrefix("l"))
    }
    try input.fileHandleForWriting.write(contentsOf: Data([0x77, 0xFF, 0x0A]))
    #expect(
      String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).hasPrefix("l"),
      "what is not UTF-8 is read all the same")
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  /// Rows of numbers: columns in another order than in training, sequences between empty lines.
  @Test func rowsAreAnsweredOneByOne() throws {
    let program = try Program(Studies.small)
    let rows = (0..<60).flatMap { item in (0..<4).map { "\(item),\(item + 100 * $0),\($0)" } }
    try program.write("rows.csv", (["sequence,x,y"] + rows).joined(separator: "\n"))
    let settings = ["data.format=series", "data.train=rows.csv", "data.target_columns=y", "training.epochs=1"]
    let trained = try program.start(
      ["train", "--backend", "gru", "--output", "r.safetensors"] + settings.flatMap { ["--set", $0] }
    ).end()
    try #require(trained.status == 0, "\(trained.errors)")
    func predict(_ text: String, _ more: String...) throws -> (output: String, errors: String, status: Int32) {
      try program.write("in", text)
      let ended = try program.start(["predict", "r.safetensors"] + more, input: "in").end()
      return (ended.output, ended.errors, ended.status)
    }
    let said = try predict("\u{FEFF}name,x\n\"a, b\",1\nc,2\r\n\nd,1")
    let lines = said.output.split(separator: "\n", omittingEmptySubsequences: false)
    try #require(said.status == 0 && said.errors == "" && lines.count == 6, "\(said)")
    #expect(lines[0] == "y" && lines[3] == "" && lines[1...2].allSatisfy { Float($0) != nil })
    #expect(lines[4] == lines[1] && lines[2] != lines[1])
    let scored = try Value(json: Array(program.run("evaluate", "r.safetensors", "--json").output.utf8))
    #expect(scored["loss"]?.number.map { $0 > 0 } == true && scored["nats"] == nil, "squares are no nats")
    let json = try predict("x\n1\n", "--json").output
    #expect(json == "{\"numbers\":[\(lines[1])]}\n")
    for (text, sentence) in [
      ("y\n1\n", "1: the first line names no column \"x\"; the model reads x"),
      ("x,x\n1\n", "1: two columns are called \"x\"; rename one"),
      ("x\n1\none\n", "3: the column \"x\" holds \"one\", which is not a number"),
      ("x,y\n1\n", "2: this line has 1 column, the first has 2"),
      ("x\n\"1\n", "2: a quote is opened here and never closed"),
    ] {
      let refused = try predict(text)
      #expect(refused.status == 1 && refused.errors == "unroll: standard input:\(sentence)\n")
    }
    let generated = try program.run("generate", "r.safetensors")
    #expect(generated.status == 1 && generated.errors.contains("only a language model goes on with a text"))
  }

  /// What is wrong with files that are scored names them, and no advice is given that holds for a study alone.
  @Test func filesThatDoNotFit() throws {
    let program = try Program(Studies.small)
    let rows = (0..<60).flatMap { item in (0..<8).map { "\(item),\(item >> $0 & 1),\(item >> $0 & 1)" } }
    try program.write("bits.csv", (["sequence,x,y"] + rows).joined(separator: "\n"))
    let settings = ["data.format=series", "data.train=bits.csv", "data.target_columns=y", "training.epochs=1"]
    let trained = try program.start(
      ["train", "--backend", "gru", "--task", "multi-label", "--output", "b.safetensors"]
        + settings.flatMap { ["--set", $0] }
    ).end()
    try #require(trained.status == 0, "\(trained.errors)")
    try program.write("numbers.csv", "sequence,x,y\n1,0,1\n1,1,3\n")
    let refused = try program.run("evaluate", "b.safetensors", "numbers.csv")
    #expect(refused.status == 1)
    #expect(
      refused.errors == """
        unroll: numbers.csv: multi-label asks for columns of 0 and 1, and "y" has other numbers in the test split; \
        target_columns says which are asked for, and task: regression takes any numbers

        """)
  }

  @Test func textsGoOn() throws {
    let program = try Program(Studies.small)
    #expect(
      try program.start(
        ModelCommandTests.words("text", "letters.txt") + ["--set", "data.unit=character", "--output", "l.safetensors"]
      )
      .end().status == 0)
    let arguments = ["generate", "l.safetensors", "--prompt", "abc", "--length", "30", "--seed", "5"]
    let one = try program.start(arguments).end()
    #expect(one.status == 0 && one.output.hasPrefix("abc") && one.output.count == 34 && one.errors == "")
    #expect(try program.start(arguments).end().output == one.output)
    let two = try program.start(arguments + ["--samples", "2", "--top-k", "3", "--temperature", "0.7"]).end()
    #expect(two.output.components(separatedBy: "\n\n").count == 2)
    let greedy = try program.start(["generate", "l.safetensors", "--prompt", "ax", "--greedy", "--length", "3"]).end()
    #expect(greedy.output.count == 6 && greedy.errors == "not in the model's vocabulary, so read as <unk>: x\n")
    try program.write("line", "abcab\n")
    let loss = try program.start(["predict", "l.safetensors"], input: "line").end()
    #expect(Double(loss.output.dropLast()).map { $0 > 0 } == true)
  }

  /// What was found out about the data, such as words without vectors, is said where no report says it.
  @Test func remarksAreSaid() throws {
    let program = try Program(Studies.small)
    try program.write("vectors.txt", "elsewhere 0.1 0.2 0.3\n")
    let trained = try program.start(
      ModelCommandTests.words("label-first", "texts.txt")
        + ["--set", "model.inputs=[words, {input: vectors, file: vectors.txt}]"]
    ).end()
    #expect(trained.status == 0 && trained.sentences.count == 2)
    #expect(trained.sentences.first?.hasPrefix("0 % of the ") == true)
  }

  @Test func modelsOfNumbersGoOnWithNoText() throws {
    let program = try Program()
    let trained = try program.run("train", "narma", "--backend", "gru", "--set", "training.epochs=1", "--output", "n")
    #expect(trained.status == 0)
    #expect(try program.run("generate", "n").errors.contains("`unroll predict` says what it says"))
  }

  @Test func mistakesAreSentences() throws {
    let program = try Program(Studies.small)
    func refused(_ arguments: [String], _ sentence: String) throws {
      let ended = try program.start(arguments).end()
      #expect(ended.status == 1 && ended.output == "")
      #expect(ended.errors.hasPrefix("unroll: \(sentence)") && ended.sentences.count == 1, "\(ended.errors)")
    }
    try refused(["train", "small.yaml"], "there are 3 tasks; say which with --task: tags, texts, letters")
    try refused(
      ["train", "small.yaml", "--task", "text", "--backend", "gru"], "unknown task \"text\"; did you mean \"texts\"?")
    try refused(["train", "small.yaml", "--task", "texts"], "there are 2 backends; say which with --backend: rnn, gru")
    try refused(["train", "copyin", "--backend", "gru"], "unknown data set \"copyin\"; did you mean \"copying\"?")
    try refused(
      ModelCommandTests.words("columns", "tags.txt") + ["--set", "training.select=span-f1"],
      "training.select: there is no span-f1, since the labels are no BIO, IOB1 or BIOES; there is accuracy, ")
    try refused(["train", "trec", "--backend", "gru"], "unknown data set \"trec\"; did you mean \"trec-coarse\"?")
    try refused(
      ["train", "texts.txt", "--backend", "gru"],
      "texts.txt: is no study (STUDY.yaml) and no data set; a file of yours is --set data.format=… --set data.train=texts.txt"
    )
    try refused(
      ["train", "copying", "--backend", "gru", "--set", "training.epoch=3"],
      "--set training.epoch=3: training: unknown key \"epoch\"")
    try refused(
      ["train", "copying", "--backend", "gru", "--set", "epochs=3"], "--set epochs=3: a setting is data.KEY=VALUE")
    try refused(
      ["train", "copying", "--backend", "gru", "--set", "training.epochs=[1, 2]"], "the settings stand for 2 models")
    try refused(
      ["train", "copying", "--backend", "gru", "--set", "training.epochs=x"],
      "--set training.epochs=x: epochs must be a whole number")
    try refused(
      ["train", "copying", "--task", "taging", "--backend", "gru"], "unknown task \"taging\"; did you mean \"tagging\"?"
    )
    try FileManager.default.createDirectory(atPath: "\(program.folder)/taken", withIntermediateDirectories: false)
    try refused(
      ["train", "copying", "--backend", "gru", "--set", "training.epochs=100000", "--output", "taken"],
      "taken: is a folder")
    try refused(["show", "none.safetensors"], "none.safetensors: cannot be read: No such file")
    try refused(["predict", "small.yaml"], "small.yaml: is not a safetensors file")
    #expect(
      try program.start(ModelCommandTests.words("columns", "tags.txt") + ["--output", "t.safetensors"]).end().status
        == 0)
    try refused(
      ["generate", "t.safetensors"],
      "t.safetensors: is a model for tagging, and only a language model goes on with a text")
    for arguments in [
      ["train"], ["train", "copying"], ["train", "a.yaml", "--set", "width=3"], ["generate", "m", "--top-p", "0"],
      ["generate", "m", "--length", "-1"], ["generate", "m", "--greedy", "--top-k", "3"],
      ["generate", "m", "--temperature", "0"], ["predict"],
      ["show", ""],
    ] {
      let ended = try program.start(arguments).end()
      #expect(ended.status == 64 && ended.errors.hasPrefix("Error: "))
      #expect(!ended.errors.contains("Missing value"))
    }
  }
}
