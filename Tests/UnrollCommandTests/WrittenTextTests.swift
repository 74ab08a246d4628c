import Testing
import UnrollCore
import UnrollTraining

/// `unroll train`, `evaluate`, `predict`, `run` and `predictions` where a text comes out.
@Suite struct WrittenTextTests {
  private static let study = """
    question: What becomes of numbers?
    tasks:
      - data: {name: number-names, length: 3, train_items: 300, development_items: 40, test_items: 40}
    backends:
      - gru
      - {backend: lstm, direction: bidirectional, model: {attention: additive, decoder: gru, beam: 3}}
    model: {embedding: 8}
    training: {epochs: 2, batch: 16, learning_rate: 0.01}
    seeds: 1
    width: 12
    """

  @Test func aModelThatWrites() throws {
    let program = try Program(["numbers.yaml": Self.study])
    let trained = try program.run("train", "numbers.yaml", "--backend", "lstm", "--output", "m.safetensors")
    #expect(trained.status == 0 && trained.errors.contains("exact-match "), "\(trained.errors)")
    let model = try ModelFile(contentsOf: "\(program.folder)/m.safetensors")
    #expect(model.data.targets?.tokens.contains("</s>") == true && model.settings["model"]?["beam"]?.integer == 3)

    let scored = try Value(json: Array(program.run("evaluate", "m.safetensors", "--json").output.utf8))
    for (name, score) in try #require(model.scores[.test]) {
      #expect(scored["scores"]?[name]?.number == score, "\(name)")
    }
    #expect(try program.run("evaluate", "m.safetensors", "--beam", "1").output.hasPrefix("exact-match"))

    try program.write("lines.txt", "4 2 1\n\n1 7 0\n")
    let said = try program.start(["predict", "m.safetensors"], input: "lines.txt").end()
    #expect(said.status == 0 && said.output.split(separator: "\n", omittingEmptySubsequences: false).count == 4)
    #expect(said.output.split(separator: "\n", omittingEmptySubsequences: false)[1] == "")
    let json = try program.start(["predict", "m.safetensors", "--json", "--beam", "2"], input: "lines.txt").end()
    let value = try Value(json: Array(json.output.split(separator: "\n")[0].utf8))
    guard case .list(let tokens)? = value["output"], case .list(let looks)? = value["attention"] else {
      Issue.record("\(json.output)")
      return
    }
    #expect(looks.count == tokens.count + 1)
    #expect(value["outputText"]?.string == tokens.compactMap(\.string).joined(separator: " "))

    let none = try program.run("predict", "m.safetensors", "--beam", "0")
    #expect(none.status == 1 && none.errors == "unroll: m.safetensors: beam must be 1…256, not 0\n", "\(none.errors)")
    let generated = try program.run("generate", "m.safetensors")
    #expect(generated.status == 1 && generated.errors.contains("`unroll predict` says what it says"))
    let diagnosed = try program.run("diagnose", "m.safetensors")
    #expect(diagnosed.status == 1 && diagnosed.sentences.count == 1, "\(diagnosed.errors)")
  }

  @Test func aStudyOfThem() throws {
    let program = try Program(["numbers.yaml": Self.study])
    let ended = try program.run("run", "numbers.yaml", "--jobs", "2")
    #expect(ended.status == 0, "\(ended.errors)")
    let report = try program.read("Reports/numbers.md")
    #expect(report.contains("exact-match") && report.contains("token-error-rate") && report.contains("repeats"))
    let table = try program.run("predictions", "numbers.yaml")
    let rows = table.output.split(separator: "\r\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == 41 && rows[0] == ["task", "seed", "item", "text", "truth", "gru", "lstm"], "\(table)")
    for row in rows.dropFirst() {
      #expect(row[3].split(separator: " ").count == 3 && !row[4].isEmpty && !row[4].contains("</s>"))
      #expect(!row[5].contains("<unk>") && !row[6].contains("</s>"))
    }
    let differing = try program.run("predictions", "numbers.yaml", "--differ", "lstm", "gru")
    #expect(differing.status == 0 && differing.output.contains("right and gru wrong on "), "\(differing)")
  }

  @Test func whatCannotBeIsSaid() throws {
    let program = try Program()
    func complaint(_ setting: String) throws -> String {
      let ended = try program.run(
        "train", "number-names", "--backend", "gru", "--set", "data.train_items=20", "--set", setting, "--output", "m")
      #expect(ended.status == 1 && ended.sentences.count == 1)
      return ended.errors
    }
    #expect(try complaint("model.beam=0").contains("beam must be 1…256, not 0"))
    #expect(try complaint("model.length_penalty=2").contains("length_penalty has no effect here"))
    #expect(try complaint("model.decoder=grv").contains("did you mean \"gru\"?"))
    #expect(try complaint("model.decoder=transformer").contains("nothing of the source would reach it"))
    let tagger = try program.run(
      "train", "cmu-stress", "--backend", "gru", "--set", "model.attention=additive", "--output", "m")
    #expect(tagger.errors.contains("it needs source and target texts"), "\(tagger.errors)")
  }
}
