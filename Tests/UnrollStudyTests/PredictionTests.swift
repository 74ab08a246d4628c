import Testing
import UnrollCore
import UnrollData
import UnrollTraining

@testable import UnrollStudy

/// Predictions beside the records, and the table of them.
@Suite struct PredictionTests {
  @Test func whatIsWrittenIsRead() throws {
    try ReportFiles.inFolder { folder in
      let (store, record) = (RecordStore(folder: folder), Synthetic.two[0])
      #expect(try store.predictions(of: record.identity) == nil)
      try store.write(record, predictions: .classes([3, 0, 7999, 0]))
      #expect(try store.predictions(of: record.identity) == .classes([3, 0, 7999, 0]))
      try store.write(record, predictions: .numbers([0.1, -3e-9, 1e20]))
      #expect(try store.predictions(of: record.identity) == .numbers([0.1, -3e-9, 1e20]))
      #expect(try store.read(record.identity).identity == record.identity)
      try store.write(record)
      #expect(try store.predictions(of: record.identity) != nil, "a record that takes another name keeps them")
      try store.write(record, predictions: nil)
      #expect(try store.predictions(of: record.identity) == nil)
      #expect(try Files.list(folder) == ["\(record.identity).json"])
      #expect(try store.predictions(of: "../\(record.identity)") == nil)
    }
  }

  @Test func otherFilesAreSentences() throws {
    try ReportFiles.inFolder { folder in
      let store = RecordStore(folder: folder)
      for (text, sentence) in [
        ("", "is not what a run predicted (broken JSON); delete it"),
        ("{\"format\":1,\"identity\":\"a\"}", "is not what a run predicted (classes is missing); delete it"),
        ("{\"format\":2}", "was written by a newer unroll (format 2); update unroll to read it"),
        ("{\"classes\":\"1 0 A\",\"format\":1,\"identity\":\"b\"}", "is of another run (b); delete it"),
        (
          "{\"classes\":\"1 0 B\",\"format\":1,\"identity\":\"a\"}",
          "is not what a run predicted (classes has a value that it cannot have); delete it"
        ),
        (
          "{\"classes\":\"\(PackedNumbers([1 << 31]).text)\",\"format\":1,\"identity\":\"a\"}",
          "has a class 2147483648; delete it"
        ),
      ] {
        try Files.write(text, to: "\(folder)/a.predictions")
        #expect(throws: InputError(sentence, file: "\(folder)/a.predictions")) { try store.predictions(of: "a") }
      }
    }
  }

  /// RFC 4180, read again by a reader that knows no more of it.
  @Test func fieldsSurvive() {
    let fields = [
      "", "a", "a,b", "\"", "a\"\"b", "a\nb", "a\r\nb", "\r", " a ", "é 漢 🙂", ",\u{301}", "'", "a;b", "\u{0}",
    ]
    let row = CSV.row(fields)
    #expect(CSV.row(["a,b", "c\"d", "e"]) == "\"a,b\",\"c\"\"d\",e\r\n")
    var (read, field, quoted) = ([[UInt8]](), [UInt8](), false)
    for byte in row.utf8 {
      switch byte {
      case UInt8(ascii: "\""):
        if !quoted, field.last == 0xFF { field.removeLast(); field.append(byte) } else if quoted { field.append(0xFF) }
        quoted.toggle()
      case UInt8(ascii: ",") where !quoted, UInt8(ascii: "\n") where !quoted:
        read.append(field.filter { $0 != 0xFF })
        field = []
      default: field.append(byte)
      }
    }
    #expect(read.dropLast() == fields.dropLast().map { Array($0.utf8) }[...])
    #expect(read.last == Array("\u{0}\r".utf8))
  }

  private static let tags = """
    The\tDT
    "dog,"\tNN
    runs\t_

    A\tDT
    dog\tNN

    """

  /// Runs of two backends on small files of their own, and where they leave what they predict.
  private static func runs(_ tasks: [String], seeds: Int, in folder: String) throws -> ([RunRequest], RecordStore) {
    let data = [
      "tags": ("format: columns, ignore_label: _", tags),
      "texts": ("format: label-first", "x a text\ny another, one\n"),
      "letters": ("format: text, unit: character", "abca"),
    ]
    let entries = try tasks.map { task in
      let ((format, text), splits) = (data[task]!, ["train", "development", "test"])
      for split in splits { try Files.write(text, to: "\(folder)/\(task)-\(split).txt") }
      let files = splits.map { "\($0): \(task)-\($0).txt" }.joined(separator: ", ")
      return "  - {data: {\(format), \(files)}, name: \(task)}\n"
    }
    let text = "tasks:\n\(entries.joined())backends: [rnn, gru]\nseeds: \(seeds)\nwidth: 4\n"
    let requests = try StudyText.study(text, in: folder).requests(DataLocation(roots: []))
    return (requests, RecordStore(folder: "\(folder)/records"))
  }

  /// Every kind of data, from what runs left: rows in the order of the test split, a column a backend.
  @Test func table() throws {
    try ReportFiles.inFolder { folder in
      let (requests, store) = try Self.runs(["tags", "texts", "letters"], seeds: 2, in: folder)
      let location = DataLocation(roots: [])
      func leave(_ task: String, _ backend: String, _ seed: Int, _ classes: [Int32]) throws {
        let request = try #require(
          requests.first { $0.cell.cell.task == task && $0.cell.cell.backend == backend && $0.cell.cell.seed == seed })
        try store.write(.empty(request, .finished, jobs: nil), predictions: .classes(classes))
      }
      try leave("tags", "rnn", 1, [0, 1, 0, 1, 1])
      try leave("tags", "gru", 1, [1, 1, 1, 0, 0])
      try leave("tags", "gru", 2, [1, 1, 1, 1, 1])
      try leave("texts", "gru", 1, [1, 0])
      try leave("letters", "rnn", 2, [0, 1, 2])
      let table = try PredictionTable(requests, store, location)
      #expect(table.kept == 5 && table.missing == 7)
      #expect(
        String(decoding: table.csv, as: UTF8.self).split(separator: "\r\n") == [
          "task,seed,item,text,truth,rnn,gru",
          "tags,1,1,\"The \"\"dog,\"\" runs\",DT NN _,DT NN _,NN NN _", "tags,1,2,A dog,DT NN,NN NN,DT DT",
          "tags,2,1,\"The \"\"dog,\"\" runs\",DT NN _,,NN NN _", "tags,2,2,A dog,DT NN,,NN NN",
          "texts,1,1,a text,x,,y", "texts,1,2,\"another , one\",y,,x", "letters,2,1,abc,bca,\u{FFFD}ab,",
        ])
      try leave("tags", "rnn", 1, [0, 1, 0, 1])
      let rest = try PredictionTable(requests, store, location)
      #expect(rest.kept == 4 && rest.missing == 7 && rest.broken.count == 1)
      #expect(
        "\(rest.broken[0])".hasSuffix(
          ".predictions: has 4 predictions of other data: the test split has 5 targets of 2 classes; delete it"))
      #expect(String(decoding: rest.csv, as: UTF8.self).contains("\r\ntags,1,2,A dog,DT NN,,DT DT\r\n"))
      try leave("tags", "rnn", 1, [0, 1, 0, 1, 2])
      #expect(try PredictionTable(requests, store, location).broken.count == 1)
    }
  }

  /// Most seeds decide; what is shown is what most of them say that are wrong. Words of as many tokens stand below each other.
  @Test func itemsThatTellTwoApart() throws {
    try ReportFiles.inFolder { folder in
      let (requests, store) = try Self.runs(["tags", "letters"], seeds: 3, in: folder)
      for request in requests {
        let (cell, right) = (request.cell.cell, [0, 1, 0, 0, 1] as [Int32])
        let gru: [Int32] = [[0, 1, 1, 0, 1], [1, 1, 1, 1, 1], [0, 1, 1, 0, 0]][cell.seed - 1]
        let rnn: [Int32] = cell.seed == 3 ? [1, 1, 1, 1, 1] : right
        let said = cell.task == "letters" ? [1, 2, 3] : cell.backend == "gru" ? gru : rnn
        try store.write(.empty(request, .finished, jobs: nil), predictions: .classes(said))
      }
      let table = try PredictionTable(requests, store, DataLocation(roots: []))
      let letters = "\nletters: its items are never wholly right\n"
      let head = "tags: rnn right and gru wrong on 1 of 2 test items\n"
      let example = """

        item 2, right for 2 of 3 seeds of rnn and 1 of 3 seeds of gru
          text   A  dog
          truth  DT NN
          rnn    DT NN
          gru    NN NN

        """
      #expect(table.differences(right: "rnn", wrong: "gru", limit: 9) == head + example + letters)
      #expect(table.differences(right: "rnn", wrong: "gru", limit: 0) == head + letters)
      #expect(
        table.differences(right: "gru", wrong: "rnn", limit: 9).hasPrefix(
          "tags: gru right and rnn wrong on 0 of 2 test items\n"))
    }
  }

  /// Numbers in their own units, steps between semicolons; of many yes or no the names of those that are yes.
  @Test func tableOfNumbers() throws {
    try ReportFiles.inFolder { folder in
      try Files.write("sequence,x,y\na,0,1\na,1,0\na,1,1\n", to: "\(folder)/s.csv")
      let data = "{format: series, train: s.csv, development: s.csv, test: s.csv, ahead: 1}"
      let study = try StudyText.study(
        """
        tasks:
          - {data: \(data), name: numbers}
          - {data: \(data), name: notes, task: multi-label}
        backends: [rnn]
        seeds: 1
        width: 4
        """, in: folder)
      let location = DataLocation(roots: [])
      let (requests, store) = (try study.requests(location), RecordStore(folder: "\(folder)/records"))
      func leave(_ run: Int, _ answers: Answers) throws {
        try store.write(.empty(requests[run], .finished, jobs: nil), predictions: answers)
      }
      try leave(0, .numbers([0.5, 0.25, 1, -2, 7, 7]))
      try leave(1, .classes([1, 1, 0, 0, 1, 1]))
      let table = try PredictionTable(requests, store, location)
      #expect(
        String(decoding: table.csv, as: UTF8.self).split(separator: "\r\n") == [
          "task,seed,item,text,truth,rnn", "numbers,1,1,y; x; x y,1.0 0.0; 1.0 1.0; _,0.5 0.25; 1.0 -2.0; _",
          "notes,1,1,y; x; x y,x; x y; _,x y; ; _",
        ])
      for (run, answers) in [(0, Answers.numbers([1])), (1, .classes([2, 0, 0, 0, 0, 0])), (1, .numbers([1]))] {
        try leave(run, answers)
        #expect(try !PredictionTable(requests, store, location).broken.isEmpty)
      }
    }
  }

  /// Texts as they are written, of their own lengths; what breaks off, or is of other data, is said.
  @Test func tableOfTexts() throws {
    try ReportFiles.inFolder { folder in
      let lines = "source\ttarget\na b\tx y\nc\ty\n"
      try Files.write(lines, to: "\(folder)/p.tsv")
      let study = try StudyText.study(
        """
        tasks: [{data: {format: pairs, train: p.tsv, development: p.tsv, test: p.tsv, tokeniser: spaces}, name: pairs}]
        backends: [gru]
        seeds: 1
        width: 4
        """, in: folder)
      let location = DataLocation(roots: [])
      let (requests, store) = (try study.requests(location), RecordStore(folder: "\(folder)/records"))
      func leave(_ answers: Answers) throws -> PredictionTable {
        try store.write(.empty(requests[0], .finished, jobs: nil), predictions: answers)
        return try PredictionTable(requests, store, location)
      }
      // Ids: <unk>, </s>, y, x.
      let table = try leave(.texts([[3, 2, 2], []]))
      #expect(
        String(decoding: table.csv, as: UTF8.self).split(separator: "\r\n") == [
          "task,seed,item,text,truth,gru", "pairs,1,1,a b,x y,x y y", "pairs,1,2,c,y,",
        ])
      #expect(try store.predictions(of: requests[0].identity) == .texts([[3, 2, 2], []]))
      for answers in [Answers.texts([[2]]), .texts([[2], [9]]), .numbers([1])] {
        #expect(try leave(answers).broken.count == 1)
      }
    }
  }

  /// Blocks of 512 targets, each beside the tokens that it follows.
  @Test func runningText() {
    let tokens = (0..<1200).map { "w\($0)" }
    let data = LoadedData(
      name: "", version: "", licence: "", source: "", digest: "", labels: LabelSet([]),
      corpus: .text(Splits(train: tokens, test: tokens)))
    let items = TestItems(data, LanguageModelling.self, characters: false)
    #expect(items.items.map(\.truths.count) == [512, 512, 175] && items.targets == 1199)
    #expect(items.items[1].text.hasPrefix("w512 w513 ") && items.items[1].truths.first == "w513")
    #expect(items.items[2].text.hasSuffix(" w1198") && items.items[2].truths.last == "w1199")
    let classes = items.classes(ModelOptions())
    #expect(classes.count == 1201 && classes[0] == "<unk>")
    let short = LoadedData(
      name: "", version: "", licence: "", source: "", digest: "", labels: LabelSet([]),
      corpus: .text(Splits(train: ["a"], test: ["a"])))
    #expect(TestItems(short, LanguageModelling.self, characters: true).items.isEmpty)
  }
}
