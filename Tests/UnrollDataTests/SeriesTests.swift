import TestSupport
import Testing
import UnrollCore

@testable import UnrollData

/// Rows of numbers: what is read, what is asked for, how it is scaled.
@Suite struct SeriesTests {
  private let table = "sequence,x,y,kind\na,1,10,up\na,2,,up\nb,3,30,down\na2,5,40,\n"

  private func load(_ options: String, _ train: String? = nil, _ test: String? = nil) throws -> LoadedData {
    let scratch = try Scratch().write("a", train ?? table).write("b", test ?? train ?? table)
    return try scratch.load("{format: series, train: a, development: a, test: b, \(options)}")
  }

  private func sequences(_ data: LoadedData, _ split: Split = .train) throws -> [NumberSequence] {
    guard case .series(let splits) = data.corpus else { throw InputError("no numbers") }
    return splits[split]
  }

  private func encoded(_ data: LoadedData, _ split: Split = .train) throws -> [EncodedSequence] {
    guard case .sequences(let splits) = try EncodedData(data).corpus else { throw InputError("no sequences") }
    return splits[split]
  }

  @Test func aColumnOfTheSameRow() throws {
    let data = try load("input_columns: x, target_columns: y")
    let columns = SeriesColumns(inputs: ["x"], target: .numbers(["y"]))
    #expect(data.corpus.kind == .series && data.labels.count == 0)
    #expect(
      try sequences(data) == [
        NumberSequence(columns: columns, inputs: [1, 2], targets: [10, .nan]),
        NumberSequence(columns: columns, inputs: [3], targets: [30]),
        NumberSequence(columns: columns, inputs: [5], targets: [40]),
      ])
  }

  @Test func aLaterRow() throws {
    let numbers = "sequence,x,y\na,1,10\na,2,20\na,3,30\nb,4,40\n"
    let whole = try sequences(load("ahead: 1", numbers))
    #expect(whole[0].columns == SeriesColumns(inputs: ["x", "y"], target: .numbers(["x", "y"])))
    #expect(whole[0].inputs == [1, 10, 2, 20, 3, 30] && whole[0].targets.dropLast(2) == [2, 20, 3, 30])
    #expect(whole.allSatisfy { $0.targets.suffix(2).allSatisfy(\.isNaN) } && whole[1].targets.count == 2)
    let one = try sequences(load("ahead: 2, target_columns: y", numbers))
    #expect(one[0].inputs == whole[0].inputs && one[0].targets.map { $0.isNaN ? nil : $0 } == [30, nil, nil])
  }

  @Test func labels() throws {
    let steps = try load("input_columns: \"x\", label_column: kind")
    #expect(steps.corpus.kind == .tagged && steps.labels.names == ["down", "up"])
    #expect(try sequences(steps).map(\.labels) == [["up", "up"], ["down"], [nil]])
    #expect(try encoded(steps).map(\.labels) == [[1, 1], [0], [-1]])
    let text = "sequence,x,kind\na,1,up\na,2,up\nb,3,down\n"
    let whole = try load("label_column: kind, label_of: sequence", text)
    #expect(whole.corpus.kind == .labelled && whole.corpus.sizes[.train] == 2)
    #expect(try sequences(whole).map(\.labels) == [["up"], ["down"]] && encoded(whole).allSatisfy(\.targets.isEmpty))
    let scratch = try Scratch().write("a", text)
    let yaml = "{format: series, train: a, development: a, test: a, label_column: kind"
    #expect(try scratch.request(yaml + "}").kind == .tagged)
    #expect(try scratch.request(yaml + ", label_of: sequence}").kind == .labelled)
  }

  @Test func aFileCanBeOneSequence() throws {
    let data = try load("sequence_column: '', separator: semicolon, ahead: 1", "x;y\n1;2\n3;4\n")
    #expect(try sequences(data).map(\.inputs) == [[1, 2, 3, 4]])
  }

  /// Mean and deviation are those of training (divisor n); the numbers of other splits do not move them.
  @Test func scalesAreOfTraining() throws {
    let data = try load("target_columns: y", "sequence,x,y\na,1,5\na,3,NA\nb,5,9\n", "sequence,x,y\na,1000,7\n")
    let scales = try #require(try EncodedData(data).scales)
    #expect(scales.inputs[0].mean == 3 && abs(scales.inputs[0].deviation - (8.0 / 3).squareRoot()) < 1e-15)
    #expect(scales.targets[0].mean == 7 && scales.targets[0].deviation == 2)
    let train = try encoded(data)
    let step = Float(2 / (8.0 / 3).squareRoot())
    #expect(train.map(\.numbers) == [[-step, 0], [step]] && train[1].targets == [1])
    #expect(train[0].targets[0] == -1 && train[0].targets[1].isNaN)
    #expect(train[0].tokens == [0, 0] && train[0].seen == [true, true])
    let test = try encoded(data, .test)
    #expect(test[0].numbers == [Float(997 / (8.0 / 3).squareRoot())] && test[0].targets == [0])
    #expect(scales.targets[0].restored(1) == 9)
    #expect(try EncodedData(data).corpus.unknownShares[.test] == 0)
  }

  @Test func whatIsNotScaled() throws {
    let data = try load("target_columns: z", "sequence,x,y,z\na,0.1,1,1\na,0.1,0,0\nb,0.1,1,1\n")
    #expect(try encoded(data).map(\.numbers) == [[0, 1, 0, 0], [0, 1]])
    #expect(try encoded(data).map(\.targets) == [[1, 0], [1]])
  }

  @Test func scalesOfAStoredModel() throws {
    let data = try load("target_columns: y", "sequence,x,y\na,1,5\nb,5,9\n")
    let stored = try EncodedData(data)
    let again = try EncodedData(
      data.corpus, vocabulary: stored.vocabulary, labels: stored.labels, scales: stored.scales)
    #expect(again.corpus == stored.corpus)
    let other = try load("target_columns: y", "sequence,u,y\na,1,5\nb,5,9\n")
    let error = #expect(throws: InputError.self) {
      _ = try EncodedData(other.corpus, vocabulary: stored.vocabulary, labels: stored.labels, scales: stored.scales)
    }
    #expect(error?.message == "the columns are u; the model reads x")
  }

  /// A sequence is on one side as a whole, whatever its number is.
  @Test func splitsTakeWholeSequences() throws {
    let rows = (0..<200).flatMap { number in (0..<3).map { "\(number),\(number * 7 + $0),1" } }
    let renamed = rows.map { "x" + $0 }
    let sides = try [rows, renamed].map { rows in
      let scratch = try Scratch().write("a", (["sequence,x,y"] + rows).joined(separator: "\n"))
      guard case .series(let splits) = try scratch.load("{format: series, train: a, target_columns: y}").corpus else {
        throw InputError("no numbers")
      }
      #expect(splits.all.allSatisfy { $0.length == 3 } && splits.all.count == 200)
      return Split.allCases.map { splits[$0].map(\.inputs) }
    }
    #expect(sides[0] == sides[1] && sides[0].allSatisfy { $0.count > 5 })
  }

  private func complaint(_ text: String, _ options: String = "target_columns: y", test: String? = nil) throws -> String
  {
    try Scratch().write("a", text).write("b", test ?? text)
      .complaint("{format: series, train: a, development: a, test: b, \(options)}")
  }

  @Test func complaints() throws {
    let fine = "sequence,x,y\na,1,2\n"
    let expected = [
      (
        try complaint(fine, "ahead: 0"),
        "say what is asked for: target_columns, ahead (numbers of a later row), or label_column"
      ),
      (try complaint(fine, "target_columns: z"), "DIR/a:1: unknown column \"z\""),
      (try complaint(fine, "target_columns: y, label_column: x"), "has no effect here, it needs no label_column"),
      (try complaint(fine, "label_of: step, target_columns: y"), "label_of has no effect here, it needs label_column"),
      (try complaint(fine, "target_columns: y, input_columns: 'x, y'"), "DIR/a:1: the column \"y\" cannot be among"),
      (try complaint(fine, "target_columns: y, input_columns: sequence"), "the column \"sequence\" cannot be among"),
      (try complaint("sequence,y\na,1\n"), "DIR/a:1: the header leaves no column of numbers to read"),
      (try complaint("sequence,x,y\na,one,2\n"), "DIR/a:2: the column \"x\" holds \"one\", which is not a number"),
      (try complaint("sequence,x,y\na,inf,2\n"), "DIR/a:2: the column \"x\" holds \"inf\", which is not a number"),
      (try complaint("sequence,x,y\na,0x10,2\n"), "DIR/a:2: the column \"x\" holds \"0x10\", which is not a number"),
      (
        try complaint(fine, "target_columns: 'y,y'"), "DIR/a:1: a column stands twice among input_columns or target_col"
      ),
      (try complaint(fine, "target_columns: y, input_columns: 'x, x'"), "DIR/a:1: a column stands twice among"),
      (try complaint("sequence,x,y\na,1e39,2\n"), "which is not a number"),
      (try complaint("sequence,x,y\na,,2\n"), "DIR/a:2: the column \"x\" is empty: fill it in"),
      (try complaint("sequence,x,y\na,1\n"), "DIR/a:2: this line has 2 columns, the header has 3"),
      (
        try complaint("sequence,x,y\na,1,2\nb,1,2\na,1,2\n"),
        "DIR/a:4: the sequence \"a\" goes on here, but ended at line 2"
      ),
      (try complaint("sequence,x,y\n"), "DIR/a: there are no lines after the header in this file"),
      (try complaint(fine, "ahead: 1"), "nothing is asked for in the training split"),
      (try complaint(fine, test: "sequence,x,y,z\na,1,2,3\n"), "training and test have other columns (z)"),
      (
        try complaint("sequence,x,k\na,1,u\na,1,v\n", "label_column: k, label_of: sequence"),
        "DIR/a:3: the label of this sequence was \"u\" before"
      ),
      (try complaint("sequence,x,k\na,1,\n", "label_column: k, label_of: sequence"), "DIR/a:2: the label is empty"),
      (try complaint("sequence;x;y\na;1;2\n"), "if that separates the columns, set separator to semicolon"),
    ]
    for (ours, sentence) in expected { #expect(ours.contains(sentence), "\(ours)") }
  }
}
