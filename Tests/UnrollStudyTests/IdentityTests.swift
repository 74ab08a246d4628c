import Testing
import UnrollCore
import UnrollData

@testable import UnrollStudy

/// What makes two runs the same run.
@Suite struct IdentityTests {
  private let text = """
    question: Why?
    tasks:
      - data: {format: columns, train: tags.txt, test_percent: 20}
        training: {epochs: 2}
    backends: [rnn]
    training: {batch: 8, learning_rate: 0.01}
    seeds: 1
    width: 6
    """

  @Test func keyOrderCommentsAndBlanksDoNotCount() throws {
    let other = """
      # A comment.
      width:   6
      seeds: [ 1 ]
      training:
        learning_rate: 1e-2   # the same number
        batch: 8

      backends:
        - backend: rnn
      tasks: [{training: {epochs: 2}, data: {test_percent: 20, train: tags.txt, format: columns}}]
      question: Another question.
      """
    #expect(try identity(other) == identity(text))
  }

  /// Defaults that are written out, and names, change nothing either.
  @Test func defaultsAndNamesDoNotCount() throws {
    #expect(try identity(text.replacing("batch: 8", with: "batch: 8, clip: 1")) == identity(text))
    #expect(try identity(text.replacing("[rnn]", with: "[{backend: rnn, name: plain, layers: 1}]")) == identity(text))
    #expect(try identity(text + "\nmodel: {embedding_init: 0}") == identity(text + "\nmodel: {embedding_init: 0.125}"))
  }

  @Test(
    arguments: [
      ("batch: 8", "batch: 9"), ("0.01", "0.011"), ("epochs: 2", "epochs: 3"), ("width: 6", "width: 7"),
      ("width: 6", "parameters: 600"), ("width: 6", "state_floats: 6"), ("width: 6", "multiply_adds: 600"),
      ("batch: 8", "batch: 8, seconds: 9"), ("[rnn]", "[gru]"), ("[rnn]", "[{backend: rnn, layers: 2}]"),
      ("seeds: 1", "seeds: [2]"), ("test_percent: 20", "test_percent: 21"),
      ("width: 6", "width: 6\nmodel: {embedding: 12}"), ("width: 6", "width: 6\nmodel: {embedding_init: 0.2}"),
    ])
  func everyOptionCounts(old: String, new: String) throws {
    #expect(try identity(text.replacing(old, with: new)) != identity(text))
  }

  @Test func everyByteOfTheDataCounts() throws {
    let tags = StudyText.tags(60)
    #expect(try identity(text, tags: tags) == identity(text, tags: tags))
    #expect(try identity(text, tags: tags + "\nw1\tt1\n") != identity(text, tags: tags))
  }

  private func identity(_ text: String, tags: String = StudyText.tags(60)) throws -> String {
    try ReportFiles.inFolder { folder in
      try Files.write(tags, to: "\(folder)/tags.txt")
      let requests = try StudyText.study(text, in: folder).requests(DataLocation(roots: []))
      #expect(requests.count == 1)
      return requests[0].identity
    }
  }
}
