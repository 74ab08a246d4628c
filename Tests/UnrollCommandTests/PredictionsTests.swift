import Testing
import UnrollCore
import UnrollData
import UnrollStudy

/// `unroll predictions`, from what runs left beside their records.
@Suite struct PredictionsTests {
  @Test func aTableOfWhatWasPredicted() throws {
    let program = try Program(Studies.small)
    #expect(try program.run("predictions", "small.yaml").errors.contains("make them with `unroll run`"))
    #expect(try program.run("run", "small.yaml", "--jobs", "2").status == 0)
    for name in program.files where name.hasSuffix(".predictions") { try program.remove(name) }
    let nothing = try program.run("predictions", "small.yaml")
    #expect(nothing.status == 1 && nothing.output == "")
    #expect(
      nothing.errors
        == "unroll: Reports/small/records: no run of the study has left its predictions here; `unroll run` with another --reports makes the runs anew\n"
    )

    let store = RecordStore(folder: "\(program.folder)/Reports/small/records")
    let request = try #require(
      StudyFile(path: "\(program.folder)/small.yaml").requests(DataLocation(roots: [])).first {
        $0.cell.label == "texts / gru / seed 2"
      })
    let record = try store.read(request.identity)
    let items = try #require(record.data.sizes[.test])
    try store.write(record, predictions: .classes([Int32](repeating: 1, count: items)))

    let table = try program.run("predictions", "small.yaml")
    #expect(table.status == 0 && table.errors == "11 runs of 12 left no predictions; their fields are empty.\n")
    let rows = table.output.split(separator: "\r\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == items + 1 && rows[0] == ["task", "seed", "item", "text", "truth", "rnn", "gru"])
    for (index, row) in rows.enumerated().dropFirst() {
      #expect(row[..<3] == ["texts", "2", "\(index)"] && row[3].hasPrefix("w") && row[4].hasPrefix("l"))
      #expect(row[5...] == ["", "l1"])
    }

    let differing = try program.run("predictions", "small.yaml", "--differ", "rnn", "gru")
    #expect(differing.status == 0 && differing.output.hasPrefix("texts: one of the two left no predictions\n"))
    #expect(differing.errors == "11 runs of 12 left no predictions; they do not count.\n")
    #expect(
      try program.run("predictions", "small.yaml", "--differ", "rnn").errors.contains("the names of two backends"))
    #expect(
      try program.run("predictions", "small.yaml", "--differ", "rnn", "grv").errors.contains(
        "unknown backend \"grv\"; did you mean \"gru\"?"))

    try program.write("table.csv", "an older one")
    let filed = try program.run("predictions", "small.yaml", "--output", "table.csv")
    #expect(filed.status == 0 && filed.output == "")
    #expect(try program.read("table.csv") == table.output)
    let stamps = try program.stamps(["table.csv"])
    try store.write(record, predictions: .classes([0]))
    for arguments in [["--output", "table.csv"], ["--output", "table.csv/inside"], []] {
      let ended = try program.start(["predictions", "small.yaml"] + arguments).end()
      #expect(ended.status == 1 && ended.output == "" && ended.sentences.count == 1)
      #expect(
        ended.errors.contains(".predictions: has 1 prediction of other data: the test split has \(items) targets"))
    }
    #expect(try program.stamps(["table.csv"]) == stamps, "written whole or not at all")

    // What is wrong with one run's file takes nothing from the others.
    try store.write(record, predictions: .classes([Int32](repeating: 1, count: items)))
    let other = try #require(
      StudyFile(path: "\(program.folder)/small.yaml").requests(DataLocation(roots: [])).first {
        $0.cell.label == "texts / rnn / seed 2"
      })
    for text in ["half a file", "{\"classes\":\"1\",\"format\":1,\"identity\":\"\(other.identity)\"}"] {
      try program.write("Reports/small/records/\(other.identity).predictions", text)
      let rest = try program.run("predictions", "small.yaml")
      #expect(rest.status == 1 && rest.output == table.output && rest.sentences.count == 2)
      #expect(rest.sentences.first == "10 runs of 12 left no predictions; their fields are empty.")
      #expect(rest.sentences.last?.hasSuffix("delete it; the fields of this run are empty") == true, "\(rest.errors)")
    }
  }
}
