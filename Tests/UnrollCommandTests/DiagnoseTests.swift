import Testing
import UnrollCore
import UnrollTraining

/// `unroll diagnose`, and what a study records of gradients.
@Suite struct DiagnoseTests {
  @Test func aModelIsDiagnosed() throws {
    let program = try Program(Studies.small)
    func train(_ format: String, _ file: String, _ backend: String, _ output: String, _ more: String...) throws {
      let settings = ["data.format=\(format)", "data.train=\(file)", "training.epochs=2", "width=5"] + more
      let words = ["train", "--backend", backend, "--output", output] + settings.flatMap { ["--set", $0] }
      let ended = try program.start(words).end()
      try #require(ended.status == 0, "\(ended.errors)")
    }
    try train("columns", "tags.txt", "lstm", "t.safetensors")
    let said = try program.run("diagnose", "t.safetensors", "--sequences", "9")
    let lines = said.output.split(separator: "\n").map(String.init)
    #expect(said.status == 0 && said.errors == "" && lines[0].hasSuffix(", each with the loss of its last step."))
    for name in ["input", "h", "c", "recurrent_l0 forget"] {
      #expect(lines.contains { $0.hasPrefix("\(name) ") }, "\(said.output)")
    }
    let text = try program.start(["diagnose", "t.safetensors", "--text", "w1 w2 never", "--json", "--figures", "f"])
      .end()
    let json = try TextDiagnosis(json: Array(text.output.utf8))
    #expect(json.tokens == ["w1", "w2", "never"] && ["t0", "t1", "t2"].contains(json.asked))
    #expect(json.diagnosis.gradients.map(\.name) == ["input", "state", "h", "c"])
    #expect(json.diagnosis.gradients[0].shares.count == 3 && json.diagnosis.gates.map(\.name).count == 3)
    #expect(said.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(Set(text.errors.split(separator: "\n")) == ["f/gradients.svg", "f/jacobians.svg"])
    let drawing = String(decoding: try Files.read("\(program.folder)/f/gradients.svg"), as: UTF8.self)
    #expect(drawing.contains(">never<") && drawing.contains("token by token"))
    let (fresh, again) = (
      try program.run("diagnose", "t.safetensors", "--fresh", "1"),
      try program.run("diagnose", "t.safetensors", "--fresh", "1")
    )
    #expect(fresh.status == 0 && fresh.output == again.output && fresh.output != said.output)

    try train("text", "letters.txt", "transformer", "l.safetensors", "data.unit=character", "backend.heads=5")
    let letters = try program.start(["diagnose", "l.safetensors", "--text", "abcab", "--json"]).end()
    let attention = try TextDiagnosis(json: Array(letters.output.utf8)).diagnosis.attention
    #expect(attention.count == 5 && attention.allSatisfy { abs($0.weights.reduce(0, +) - 1) < 1e-5 })
    let empty = try program.start(["diagnose", "l.safetensors", "--text", ""]).end()
    #expect(empty.status == 1 && empty.errors == "unroll: the text has no token that follows another\n")
    let missing = try program.run("diagnose", "none.safetensors")
    #expect(missing.status == 1 && missing.errors.hasPrefix("unroll: none.safetensors"))
    #expect(try program.run("diagnose", "t.safetensors", "--sequences", "0").status == 64)
  }

  @Test func filesThatAskForNothingAreSaid() throws {
    let program = try Program(["tags.txt": Studies.tags, "none.txt": "w1\t_\nw2\t_\n"])
    let settings = [
      "data.format=columns", "data.train=tags.txt", "data.ignore_label=_", "training.epochs=1", "width=5",
    ]
    let words = ["train", "--backend", "rnn", "--output", "t.safetensors"] + settings.flatMap { ["--set", $0] }
    let trained = try program.start(words).end()
    try #require(trained.status == 0, "\(trained.errors)")
    let ended = try program.run("diagnose", "t.safetensors", "none.txt")
    let sentence = "no sequence of the test split asks for anything, so that there is no loss; name other files"
    #expect(ended.status == 1 && ended.errors == "unroll: t.safetensors: \(sentence)\n", "\(ended)")
  }

  @Test func aStudyRecordsIt() throws {
    let program = try Program(Studies.small)
    try program.write(
      "small.yaml", Studies.small["small.yaml"]!.replacing("{epochs: 2}", with: "{epochs: 2, diagnosis: true}"))
    let ended = try program.run("run", "small.yaml", "--jobs", "2")
    try #require(ended.status == 0, "\(ended.errors)")
    let report = String(decoding: try Files.read("\(program.folder)/Reports/small.md"), as: UTF8.self)
    #expect(report.contains("\n## Gradients\n") && report.contains("| effective memory |"))
    let line = String(decoding: try Files.read("\(program.folder)/Reports/small/runs.jsonl"), as: UTF8.self)
      .split(separator: "\n")[1]
    #expect(
      line.contains("\"diagnosis\":{\"after\":{") && line.contains("\"clippedMean\":") && line.contains("\"format\":4"))
  }
}
