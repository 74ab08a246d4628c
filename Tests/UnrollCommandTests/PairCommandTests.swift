import Testing
import UnrollCore
import UnrollTraining

/// Pairs of texts from the first command to the last.
@Suite struct PairCommandTests {
  /// Whether the second text begins with the word that the first ends with.
  private static let pairs =
    "premise\thypothesis\tjudgement\n"
    + (0..<240).map { n in
      let (a, b) = (n % 7, n % 3 == 0 ? n % 7 : (n + 1 + n % 5) % 7)
      return "a man \(n / 7) sees w\(a)\tw\(b) is seen \(n % 4)\t\(a == b ? "YES" : "NO")\n"
    }.joined()

  private static let own = [
    "--set", "data.format=tsv", "--set", "data.train=pairs.tsv", "--set", "data.label_column=judgement",
    "--set", "training.epochs=2", "--set", "width=6",
  ]
  private static let two = own + ["--set", "data.text=[premise, hypothesis]", "--task", "entailment"]

  @Test func fromTrainingToPredictions() throws {
    let program = try Program(["pairs.tsv": Self.pairs])
    for encoding in PairEncoding.allCases {
      let file = "\(encoding.rawValue).safetensors"
      let trained = try program.start(
        ["train", "--backend", "gru", "--output", file, "--set", "model.pair_encoding=\(encoding.rawValue)"] + Self.two
      ).end()
      try #require(trained.status == 0, "\(trained.errors)")
      let model = try ModelFile(contentsOf: "\(program.folder)/\(file)")
      let scored = try Value(json: Array(program.run("evaluate", file, "--json").output.utf8))
      #expect(scored["scores"]?["accuracy"]?.number == model.scores[.test]?["accuracy"])
      #expect(try program.run("evaluate", file, "pairs.tsv").status == 0)
      #expect(try program.run("show", file).output.hasPrefix("entailment with gru"))
      try program.write("lines", "A man sees w1\tw1 is seen\n\nw2\tw3\n")
      let said = try program.start(["predict", file], input: "lines").end()
      let rows = said.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(said.status == 0 && said.errors == "" && rows.count == 4 && rows[1] == "", "\(said)")
      #expect([rows[0], rows[2]].allSatisfy { ["YES", "NO"].contains($0) })
      let json = try program.start(["predict", file, "--json"], input: "lines").end().output.split(separator: "\n")
      let first = try Value(json: Array(json[0].utf8))
      #expect(first["source"]?.description == "[A, man, sees, w1]" && first["tokens"]?.description == "[w1, is, seen]")
      #expect((first["attention"] == nil) == (encoding != .attention))
      if case .list(let weights) = first["attention"] { #expect(weights.count == 3) }
    }
  }

  /// One sentence, and nothing half-written.
  @Test func whatIsNoPair() throws {
    let program = try Program(["pairs.tsv": Self.pairs])
    func refused(_ arguments: [String], _ sentence: String, input: String? = nil) throws {
      let ended = try program.start(arguments, input: input).end()
      #expect(ended.status == 1 && ended.sentences.count == 1, "\(ended)")
      #expect(ended.errors.hasPrefix("unroll: \(sentence)"), "\(ended.errors)")
    }
    let one = ["train", "--backend", "gru"] + Self.own + ["--set", "data.text=premise"]
    try refused(one + ["--task", "entailment"], "entailment reads two texts an item, and these have one; a csv or tsv")
    try refused(
      one + ["--set", "model.pair_encoding=attention"],
      "--set model.pair_encoding=attention: model: pair_encoding has no effect here, it needs task: entailment")
    try refused(
      [
        "train", "--backend", "transformer", "--set", "backend.attention=full", "--set", "backend.heads=2", "--set",
        "model.pair_encoding=conditional",
      ]
        + Self.two, "backend transformer: it reads a text as a whole and carries no state")
    try refused(
      ["train", "--backend", "gru", "--set", "training.diagnosis=true"] + Self.two,
      "--set training.diagnosis=true: training.diagnosis looks into networks over single sequences")
    try refused(
      ["train", "--backend", "gru", "--set", "model.pair_encoding=atention"] + Self.two,
      "--set model.pair_encoding=atention: unknown value of pair_encoding \"atention\"; did you mean \"attention\"?")
    #expect(try program.start(["train", "--backend", "gru", "--output", "m"] + Self.two).end().status == 0)
    try program.write("one.tsv", "premise\tjudgement\na man\tYES\n")
    try refused(["evaluate", "m", "one.tsv"], "one.tsv:1: unknown column \"hypothesis\"")
    try program.write("blank.tsv", "premise\thypothesis\tjudgement\na man\t \tYES\n")
    try refused(["evaluate", "m", "blank.tsv"], "blank.tsv:2: the text is empty")
    try program.write("lines", "w1\tw2\na man sees w1\n")
    for more in [[], ["--json"]] {
      try refused(
        ["predict", "m"] + more, "standard input:2: the model reads pairs: two texts with a tab between them",
        input: "lines")
    }
    try refused(["diagnose", "m"], "m: is no network over single sequences, which alone can be diagnosed")
    try refused(["diagnose", "m", "--text", "w1"], "m: is no network over single sequences")
    try refused(["generate", "m"], "m: is a model for entailment, and only a language model goes on with a text")
  }

  /// The study of pairs as it is committed, on pairs of our own, for one epoch.
  @Test func theStudyInSmall() throws {
    let text = String(
      decoding: try Files.read("\(Files.parent(of: #filePath))/../../Experiments/entailment.yaml"), as: UTF8.self)
    let own = "{format: tsv, train: pairs.tsv, text: [premise, hypothesis], label_column: judgement, name: sick}"
    let small = text.replacing(#/data: sick\b/#, with: "data: \(own)").replacing(#/epochs: \d+/#, with: "epochs: 1")
      .replacing(#/seeds: \d+/#, with: "seeds: 1").replacing(#/width: \d+/#, with: "width: 8")
    let program = try Program(["pairs.tsv": Self.pairs, "entailment.yaml": small])
    let ended = try program.run("run", "entailment.yaml", "--jobs", "2")
    #expect(ended.status == 0, "\(ended.errors)")
    let report = try program.read("Reports/entailment.md")
    for backend in ["lstm", "gru"] {
      for encoding in PairEncoding.allCases {
        #expect(report.contains("`\(backend) pair_encoding=\(encoding.rawValue)`"), "\(report)")
      }
    }
  }
}
