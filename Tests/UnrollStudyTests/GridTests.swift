import Testing
import UnrollCore

@testable import UnrollStudy

/// Lists where one value could stand.
@Suite struct GridTests {
  @Test func productsInTheOrderOfTheFile() throws {
    let points = try Grid.expand(Setting(yaml: "{a: [1, 2], b: 7, c: {d: [x, y, z], e: [0]}}", file: "f"))
    #expect(
      points.map(\.varied) == [
        ["a=1", "d=x"], ["a=1", "d=y"], ["a=1", "d=z"], ["a=2", "d=x"], ["a=2", "d=y"], ["a=2", "d=z"],
      ])
    let last = try points[5].setting.entries("a")
    #expect(try last[0].value.integer("a") == 2 && last[1].value.integer("b") == 7)
    let inner = try last[2].value.entries("c")
    #expect(try inner[0].value.text("d") == "z" && inner[1].value.text("e") == "0", "a list of one is its item")
  }

  @Test func emptyListsAndTablesInListsAreErrors() {
    #expect(throws: InputError("a is an empty list", file: "f", line: 1)) {
      try Grid.expand(Setting(yaml: "{a: []}", file: "f"))
    }
    #expect(throws: InputError("an item of a must be a single value", file: "f", line: 2)) {
      try Grid.expand(Setting(yaml: "a:\n  - {b: 1}\n", file: "f"))
    }
  }

  @Test func tasksThenBackendsThenSeeds() throws {
    let labels = try StudyText.labels(
      """
      tasks:
        - data: {format: columns, train: a.txt}
        - data: {format: columns, train: b.txt}
          name: other
      backends: [lstm, {backend: gru, reset: [after, before]}]
      seeds: [4, 2]
      """)
    let backends = ["lstm", "gru reset=after", "gru reset=before"]
    #expect(
      labels
        == ["a", "other"].flatMap { task in
          backends.flatMap { backend in [4, 2].map { "\(task) / \(backend) / seed \($0)" } }
        })
  }

  @Test func listsAnywhereMakeLabels() throws {
    let labels = try StudyText.labels(
      """
      tasks:
        - data: {format: columns, train: a.txt, lowercase: [true, false]}
          training: {batch: [8, 16]}
      backends: [{backend: rnn, model: {embedding: [4, 5]}}]
      backend: {layers: [1, 2]}
      training: {learning_rate: [0.1, 0.2]}
      seeds: 1
      """)
    #expect(labels.count == 2 * 2 * 2 * 2 * 2)
    #expect(Set(labels).count == labels.count)
    #expect(labels.first == "a lowercase=true batch=8 / rnn embedding=4 layers=1 learning_rate=0.1 / seed 1")
    #expect(labels.last == "a lowercase=false batch=16 / rnn embedding=5 layers=2 learning_rate=0.2 / seed 1")
  }

  @Test func theMostParticularSettingWins() throws {
    let cells = try StudyText.study(
      """
      tasks: [{data: {format: columns, train: a.txt}, training: {batch: 20, epochs: 20}}]
      backends: [rnn, {backend: gru, training: {batch: 30}}]
      training: {batch: 10, epochs: 10, chunk: 10}
      backend: {layers: 2}
      seeds: 1
      width: 9
      """
    ).cells()
    #expect(cells.map(\.training.batch) == [20, 30])
    #expect(cells.map(\.training.epochs) == [20, 20])
    #expect(cells.map(\.training.chunk) == [10, 10])
    #expect(cells.allSatisfy { $0.backend.stack.layers == 2 && $0.backend.stack.width == 9 })
  }

  @Test func formsOfSeeds() throws {
    func seeds(_ text: String) throws -> [Int] {
      try StudyText.study(StudyText.data + "backends: [rnn]\n" + text).cells().map(\.cell.seed)
    }
    #expect(try seeds("") == [1, 2, 3])
    #expect(try seeds("seeds: 5") == [1, 2, 3, 4, 5])
    #expect(try seeds("seeds: [7, 0]") == [7, 0])
    for wrong in ["seeds: 0", "seeds: []", "seeds: [1, 1]", "seeds: [-1]", "seeds: two", "seeds: 1001"] {
      let complaint = StudyText.complaint(StudyText.data + "backends: [rnn]\n" + wrong)
      #expect(complaint.hasPrefix("s.yaml:4: ") && complaint.contains("seed"), "\(wrong): \(complaint)")
    }
  }
}
