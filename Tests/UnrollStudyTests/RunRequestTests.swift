import Testing
import UnrollCore
import UnrollData
import UnrollLayers

@testable import UnrollStudy

/// A cell as JSON is the whole cell.
@Suite struct RunRequestTests {
  private let location = DataLocation(roots: [])

  /// Every backend, a stack whose parts have versions and options without effect, options that came later, own files and a named
  /// set.
  @Test(arguments: ["width: 32", "parameters: 90000"]) func settingsLeadBackToTheirCells(size: String) throws {
    let names = Backends.all.map { $0.name }.filter { $0 != StackOfBackendsOptions.name && $0 != AveragingOptions.name }
    try compare(
      """
      question: "Which one: ünïcode, \\"quotes\\"?"
      tasks:
        - data: {format: columns, train: tags.txt, comments: true, name: own}
          model: {type_dropout: 0.1, embedding_init: 0.3}
        - data: {format: csv, train: texts.csv, separator: [";", ","], unit: character, stratify: true}
          name: texts
          backend: {input_dropout: 0.1, variational: true}
        - data: {name: copying, train_items: 9, development_items: 3, test_items: 3}
          training: {optimiser: sgd, momentum: 0.9, nesterov: true, schedule: plateau}
      backends:
        - {backend: lstm, peepholes: true, layers: 2, dropout: 0.25, name: peepholes}
        - {backend: stack, of: [ssm, {backend: lstm, forget_bias: 2}, {backend: transformer, heads: 2}], layers: 2}
      \(names.map { "  - \($0)" }.joined(separator: "\n"))
      training: {epochs: 3, learning_rate: 1e-3, epsilon: 1e-9}
      seeds: [3, 0]
      \(size)
      """, count: 4 * (names.count + 2) * 2)
    try compare(
      """
      tasks: [{data: {format: text, train: letters.txt, unit: character}, training: {chunk: 16}}]
      backends: [averaging, {backend: lstm, coupled: true}]
      \(size)
      """, count: 2 * 5)
    try compare(
      "tasks: [{data: {format: label-first, train: t.txt}}]\nbackends: [{backend: gru, pooling: max}]\n" + size,
      count: 5)
  }

  private func compare(_ yaml: String, count: Int) throws {
    let cells = try StudyText.study(yaml, in: "/a folder").cells()
    #expect(cells.count == count)
    for cell in cells {
      let request = RunRequest(cell, identity: try cell.identity(dataDigest: "abc"))
      let again = try RunRequest(json: try request.json(), file: "cell.json")
      #expect(try again.json() == request.json())
      #expect(try again.cell.identity(dataDigest: "abc") == request.identity && again.identity == request.identity)
      #expect(again.cell.size == cell.size && again.cell.label == cell.label && again.cell.order == cell.order)
      #expect(again.cell.backend.stack.width == cell.backend.stack.width)
      #expect(again.cell.request.setting?.file == cell.request.setting?.file)
      #expect(again.cell.training.kind == cell.training.kind)
    }
  }

  /// The same bits from the study and from its JSON.
  @Test func aCellFromJSONIsTheSameRun() throws {
    try ReportFiles.inFolder { folder in
      try Files.write(StudyText.tags(60), to: "\(folder)/tags.txt")
      let text = StudyText.data + "backends: [gru]\ntraining: {epochs: 1}\nseeds: [2]\nwidth: 6"
      let request = try StudyText.study(text, in: folder).requests(location)[0]
      let again = try RunRequest(json: try request.json(), file: "cell.json")
      let (one, two) = (try CellRun(request, location).run().record, try CellRun(again, location).run().record)
      #expect(one.scores == two.scores && one.settings == two.settings && one.identity == two.identity)
      #expect((one.study, one.question, one.cell, one.order) == (two.study, two.question, two.cell, two.order))
      try Files.write(StudyText.tags(61), to: "\(folder)/tags.txt")
      #expect(throws: InputError("its data or settings are not those it was started with; run the study again")) {
        try CellRun(again, location).run()
      }
    }
  }

  @Test(
    arguments: [
      ("{\"cell\"", "[{\"cell\"", "broken JSON"), ("\"identity\":\"abc\",", "", "identity is missing"),
      ("\"format\":1", "\"format\":2", "was written by a newer unroll"),
      ("\"version\":1", "\"version\":7", "would write another settings.task.version"),
      ("\"seed\":1", "\"seed\":\"x\"", "is of another type"),
      ("\"batch\":32", "\"batch\":0", "batch must be 1…65536, not 0"),
      ("\"batch\":32", "\"bach\":32", "training: unknown key \"bach\"; did you mean \"batch\"?"),
      ("\"backend\":\"rnn\"", "\"backend\":\"rrn\"", "unknown backend \"rrn\"; did you mean \"rnn\"?"),
      ("\"harness\":\"tagging\"", "\"harness\":\"other\"", "would write another cell.harness"),
      ("\"study\"", "\"extra\":1,\"study\"", "would write another extra"),
      ("\"seed\":1,\"task\":\"tags\"}", "\"seed\":2,\"task\":\"tags\"}", "would write another settings.seed"),
      ("\"seed\":1", "\"seed\":-1", "seed must be 0 or more, not -1"),
    ] as [(String, String, String)])
  func whatIsNoCellIsRefused(old: String, new: String, sentence: String) throws {
    let cell = try StudyText.study(StudyText.data + "backends: [rnn]\nseeds: 1").cells()[0]
    let json = String(decoding: try RunRequest(cell, identity: "abc").json(), as: UTF8.self)
    #expect(json.contains(old))
    let error = #expect(throws: InputError.self) {
      try RunRequest(json: Array(json.replacing(old, with: new).utf8), file: "cell.json")
    }
    #expect(error?.file != nil && error?.message.contains(sentence) == true, "\(String(describing: error))")
  }
}
