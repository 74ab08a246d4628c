import Testing
import UnrollCore
import UnrollData

@testable import UnrollStudy

/// Lists where one value could stand.
@Suite struct GridTests {
  @Test func productsInTheOrderOfTheFile() throws {
    let points = try Grid.expand(Setting(yaml: "{a: [1, 2], b: 7, c: {d: [x, y, z], e: [0]}}", file: "f"))
    #expect(
      points.map { $0.varied.map(\.label) } == [
        ["a=1", "d=x"], ["a=1", "d=y"], ["a=1", "d=z"], ["a=2", "d=x"], ["a=2", "d=y"], ["a=2", "d=z"],
      ])
    let last = try points[5].setting.entries("a")
    #expect(try last[0].value.integer("a") == 2 && last[1].value.integer("b") == 7)
    let inner = try last[2].value.entries("c")
    #expect(try inner[0].value.text("d") == "z" && inner[1].value.text("e") == "0", "a list of one is its item")
  }

  @Test func pointsAreCountedWithoutMakingThem() throws {
    func size(_ yaml: String) throws -> Int { Grid.size(try Setting(yaml: yaml, file: "f")) }
    #expect(try size("{a: [1, 2], b: 7, c: {d: [x, y, z], e: [0]}, of: [x, y]}") == 6)
    let twenty = "[" + (1...20).map(String.init).joined(separator: ", ") + "]"
    #expect(try size("{" + (1...30).map { "k\($0): \(twenty)" }.joined(separator: ", ") + "}") == .max)
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
      compare: reset
      seeds: [4, 2]
      """)
    let backends = ["lstm", "gru reset=after", "gru reset=before"]
    #expect(
      labels
        == ["a", "other"].flatMap { task in
          backends.flatMap { backend in [4, 2].map { "\(task) / \(backend) / seed \($0)" } }
        })
  }

  /// What is compared is named where it stands; of the rest each combination is a candidate.
  @Test(
    arguments: [
      (
        "compare: [batch, model.embedding, backend.layers, training.learning_rate]",
        "a lowercase=true batch=8 / rnn embedding=4 layers=1 learning_rate=0.1 / seed 1", 32
      ),
      ("compare: [layers]", "a lowercase=true / rnn layers=1 batch=8 embedding=4 learning_rate=0.1 / seed 1", 4),
      ("", "a lowercase=true / rnn batch=8 embedding=4 layers=1 learning_rate=0.1 / seed 1", 2),
    ])
  func listsAnywhereMakeLabels(compare: String, first: String, rows: Int) throws {
    let cells = try StudyText.study(
      """
      \(compare)
      tasks:
        - data: {format: columns, train: a.txt, lowercase: [true, false]}
          training: {batch: [8, 16]}
      backends: [{backend: rnn, model: {embedding: [4, 5]}}]
      backend: {layers: [1, 2]}
      training: {learning_rate: [0.1, 0.2]}
      seeds: 1
      """
    ).cells()
    #expect(cells.count == 2 * 2 * 2 * 2 * 2 && cells[0].label == first)
    #expect(Set(cells.map(\.label)).count == cells.count && Set(cells.map(\.row)).count == rows)
    #expect(Set(try cells.map { try $0.identity(dataDigest: "") }).count == cells.count)
    #expect(cells.allSatisfy { ($0.cell.candidate == nil) == (rows == 32) })
  }

  /// One candidate is none, whatever the others of the study have.
  @Test func candidatesThatAreAlone() throws {
    let cells = try StudyText.study(
      StudyText.data
        + "backends: [rnn, {backend: lstm, width: 32}]\nbackend: {width: [16, 32]}\nseeds: 1\nuneven: It is."
    ).cells()
    #expect(cells.map(\.cell.backend) == ["rnn", "rnn", "lstm"])
    #expect(cells.map(\.cell.candidate) == ["width=16", "width=32", nil])
    #expect(cells.map(\.cell.title) == ["rnn width=16", "rnn width=32", "lstm"])
  }

  @Test func whyCandidatesAreUnevenStandsInTheNotes() throws {
    let text = StudyText.data + "backends: [rnn, {backend: lstm, layers: [1, 2]}]\nuneven: One layer is enough."
    let words = "**Backends have different numbers of candidates:** One layer is enough."
    #expect(try StudyText.study(text).notes == words)
    #expect(try StudyText.study(text + "\nnotes: First.").notes == "First.\n\n" + words)
  }

  @Test func theMostParticularSettingWins() throws {
    let cells = try StudyText.study(
      """
      tasks: [{data: {format: columns, train: a.txt}, training: {batch: 20, epochs: 20}}]
      backends: [rnn, {backend: gru, training: {batch: 30}}]
      training: {batch: 10, epochs: 10, clip: 10}
      backend: {layers: 2}
      seeds: 1
      width: 9
      """
    ).cells()
    #expect(cells.map(\.training.batch) == [20, 30])
    #expect(cells.map(\.training.epochs) == [20, 20])
    #expect(cells.map(\.training.clip) == [10, 10])
    #expect(cells.allSatisfy { $0.backend.stack.layers == 2 && $0.backend.stack.width == 9 })
  }

  /// What only some backends have holds for those; where it has no effect, cells that it would tell apart are one.
  @Test(
    arguments: [
      (
        "[rnn, lstm]", "backend: {forget_bias: [0, 1]}\ncompare: forget_bias",
        ["rnn", "lstm forget_bias=0", "lstm forget_bias=1"]
      ),
      (
        "[rnn, {backend: lstm, width: 32}]", "backend: {width: [16, 32]}\ncompare: width",
        ["rnn width=16", "rnn width=32", "lstm width=32"]
      ),
      (
        "[gru]", "backend: {layers: [1, 2], dropout: [0, 0.3]}\ncompare: [layers, dropout]",
        ["gru layers=1", "gru layers=2 dropout=0", "gru layers=2 dropout=0.3"]
      ),
      (
        "[{backend: gru, layers: [1, 2], dropout: [0, 0.3]}]", "compare: [layers, dropout]",
        ["gru layers=1", "gru layers=2 dropout=0", "gru layers=2 dropout=0.3"]
      ),
      (
        "[gru]", "training: {optimiser: [adam, sgd], momentum: [0, 0.9]}\ncompare: [optimiser, momentum]",
        ["gru optimiser=adam", "gru optimiser=sgd momentum=0", "gru optimiser=sgd momentum=0.9"]
      ),
      (
        "[gru, {backend: stack, of: [gru, lstm]}]", "backend: {dropout: [0, 0.3]}\ncompare: dropout",
        ["gru", "stack dropout=0", "stack dropout=0.3"]
      ),
      (
        "[{backend: [rnn, lstm], layers: [1, 2]}]", "compare: layers",
        ["rnn layers=1", "rnn layers=2", "lstm layers=1", "lstm layers=2"]
      ),
    ] as [(String, String, [String])])
  func cellsAreNamedByWhatTheyUse(backends: String, rest: String, labels: [String]) throws {
    let cells = try StudyText.study(StudyText.data + "backends: \(backends)\n\(rest)\nseeds: 1").cells()
    #expect(cells.map(\.cell.backend) == labels)
    #expect(Set(try cells.map { try $0.identity(dataDigest: "") }).count == labels.count)
  }

  @Test func aTaskIsNamedByWhatItUses() throws {
    let labels = try StudyText.labels(
      """
      tasks: [{data: {format: text, train: a.txt, unit: [word, character], tokeniser: [spaces, words]}, training: {batch: [8, 16]}}]
      backends: [rnn, {backend: gru, training: {batch: 4}}]
      training: {batch: [1, 2], epochs: 3}
      compare: batch
      seeds: 1
      """)
    let data = ["a unit=word tokeniser=spaces", "a unit=word tokeniser=words", "a unit=character"]
    let expected = data.flatMap { data in
      ["\(data) batch=8 / rnn", "\(data) batch=4 / gru", "\(data) batch=16 / rnn"].map { "\($0) / seed 1" }
    }
    #expect(labels == expected)
  }

  /// No layer of settings is judged without the others.
  @Test func layersAreValidatedTogether() throws {
    let together = try StudyText.study(
      StudyText.data + "backends: [{backend: s4d, dt_max: 0.5}]\nbackend: {dt_min: 0.2}\nseeds: 1"
    ).cells()
    #expect(together.count == 1)
    let nesterov = try StudyText.study(
      """
      tasks: [{data: {format: columns, train: a.txt}, training: {optimiser: sgd, momentum: 0.9}}]
      backends: [rnn]
      training: {nesterov: true}
      seeds: 1
      """
    ).cells()
    #expect(nesterov[0].training.optimiser.nesterov)
  }

  @Test func whatHasNoEffectIsNotPartOfARun() throws {
    func identities(_ rest: String) throws -> [String] {
      try StudyText.study(StudyText.data + "backends: [lstm, gru]\n\(rest)\nseeds: 1").cells().map {
        try $0.identity(dataDigest: "")
      }
    }
    let (plain, some) = (try identities(""), try identities("backend: {forget_bias: 2}"))
    #expect(plain[0] != some[0] && plain[1] == some[1])
    #expect(try identities("training: {optimiser: [adam, sgd], momentum: 0.9}")[0] == plain[0])
  }

  @Test func formsOfSeeds() throws {
    func seeds(_ text: String) throws -> [Int] {
      try StudyText.study(StudyText.data + "backends: [rnn]\n" + text).cells().map(\.cell.seed)
    }
    #expect(try seeds("") == [1, 2, 3, 4, 5])
    #expect(try seeds("seeds: 5") == [1, 2, 3, 4, 5])
    #expect(try seeds("seeds: [7, 0]") == [7, 0])
    for wrong in ["seeds: 0", "seeds: []", "seeds: [1, 1]", "seeds: [-1]", "seeds: two", "seeds: 1001"] {
      let complaint = StudyText.complaint(StudyText.data + "backends: [rnn]\n" + wrong)
      #expect(complaint.hasPrefix("s.yaml:4: ") && complaint.contains("seed"), "\(wrong): \(complaint)")
    }
  }

  /// Equal backends have seeds of their own, so that none is the copy of another's run.
  @Test func oneBackendUnderManyNames() throws {
    let text =
      "tasks: [copying]\nbackends: [{backend: gru, repeat: 3}, {backend: rnn, name: own, repeat: 1}]\nseeds: [2, 4]\n"
    let cells = try StudyText.study(text).cells()
    #expect(
      cells.map { "\($0.cell.backend) \($0.cell.seed)" } == [
        "gru 1 2", "gru 1 4", "gru 2 5", "gru 2 7", "gru 3 8", "gru 3 10", "own 2", "own 4",
      ])
    #expect(Set(try cells.map { try $0.resolved.json() }).count == 8)
    let requests = try StudyText.study(text).requests(DataLocation(roots: []))
    #expect(try RunRequest(json: requests[5].json(), file: "cell.json").cell.cell == cells[5].cell)
  }

  @Test(arguments: ["0", "1001", "some"])
  func copiesAreCounted(_ count: String) {
    #expect(throws: InputError.self) {
      try StudyText.study("tasks: [copying]\nbackends: [{backend: gru, repeat: \(count)}]\n")
    }
  }

  @Test func seedsThatCannotBeShiftedAreRefused() {
    let error = #expect(throws: InputError.self) {
      try StudyText.study("tasks: [copying]\nbackends: [gru]\nseeds: [0, 9223372036854775807]\n")
    }
    #expect(error?.description == "s.yaml:3: seeds must be different whole numbers, 0…2147483647")
  }

  @Test func copiesCountAsCells() {
    let error = #expect(throws: InputError.self) {
      try StudyText.study(
        "tasks: [copying]\nbackends:\n  - {backend: gru, repeat: 1000, layers: [1, 2]}\nseeds: 1000\n")
    }
    #expect(error?.description.contains("make 2000000 cells") == true)
  }
}
