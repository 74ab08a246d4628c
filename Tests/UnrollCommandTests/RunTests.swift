import Foundation
import Testing
import UnrollCore

/// `unroll run` and `unroll report` from a study to its report.
@Suite struct RunTests {
  @Test func aStudyOnceAndAgain() throws {
    let program = try Program(Studies.small)
    let first = try program.run("run", "small.yaml", "--jobs", "2")
    #expect(first.status == 0)
    #expect(first.output == "")
    #expect(first.sentences.first == "12 runs, 0 of them done before.")
    #expect(first.sentences.last == "12 of 12 runs: 12 finished, 0 diverged, 0 failed. Report: Reports/small.md")
    #expect(first.sentences.count == 14 && !first.errors.contains("\u{1B}"), "plain lines where nobody watches")
    let report = try program.read("Reports/small.md")
    #expect(report.contains("Does it run?") && report.contains("None: all 12 runs finished."))
    let files = program.files
    #expect(program.records.count == 12 && !files.contains { $0.hasSuffix(".tmp") })

    let stamps = try program.stamps(program.records)
    let second = try program.run("run", "small.yaml")
    #expect(second.status == 0)
    #expect(
      second.sentences == [
        "12 runs, 12 of them done before.",
        "12 of 12 runs: 12 finished, 0 diverged, 0 failed. Report: Reports/small.md",
      ])
    #expect(try program.read("Reports/small.md") == report)
    #expect(try program.stamps(program.records) == stamps)

    try program.remove("Reports/small.md")
    let again = try program.run("report", "small.yaml")
    #expect(again.status == 0 && again.output == "12 of 12 runs. Report: Reports/small.md\n")
    #expect(try program.read("Reports/small.md") == report)
    #expect(program.files == files)

    // What runs that are done do not leave any more is said.
    try program.write("small.yaml", Studies.small["small.yaml"]! + "\nkeep: all\n")
    for (missing, sentence) in [
      (".none", "6 models"), (".predictions", "6 models and the predictions of 12 runs"),
      (".safetensors", "12 models and the predictions of 12 runs"),
    ] {
      for name in program.files where name.hasSuffix(missing) { try program.remove(name) }
      #expect(
        try program.run("run", "small.yaml").sentences[1]
          == "Missing of the runs done before: \(sentence); `unroll run` with another --reports makes them anew.")
    }
  }

  /// What a copy of the repository holds: the file of runs, and no records.
  @Test func theFileOfRunsIsEnough() throws {
    let program = try Program(Studies.small)
    #expect(try program.run("run", "small.yaml", "--jobs", "2").status == 0)
    let (report, runs) = ("Reports/small.md", "Reports/small/runs.jsonl")
    let before = try (program.read(report), program.read(runs))
    try program.remove("Reports/small/records")
    let kept = program.files
    try program.remove(report)
    #expect(try program.run("report", "small.yaml").output == "12 of 12 runs. Report: Reports/small.md\n")
    let forms = try program.run("report", "small.yaml", "--csv", "--json", "--latex")
    #expect(
      forms.output.hasSuffix("Numbers: Reports/small.csv\nNumbers: Reports/small.json\nNumbers: Reports/small.tex\n"))
    #expect(
      try program.read("Reports/small.csv").contains("\r\n") && program.read("Reports/small.tex").contains("tabular"))
    for kind in ["csv", "json", "tex"] { try program.remove("Reports/small.\(kind)") }
    #expect(program.files == kept, "no records come of it")
    #expect(try (program.read(report), program.read(runs)) == before)
    let dry = try program.run("run", "small.yaml", "--dry-run")
    #expect(dry.output.split(separator: "\n").count { $0.hasPrefix("done ") } == 12 && program.files == kept)
    #expect(try program.run("run", "small.yaml").sentences.first == "12 runs, 12 of them done before.")
    #expect(try (program.read(report), program.read(runs)) == before)

    // A run whose line and record are gone is made again, to the same scores.
    try program.remove("Reports/small/records")
    var lines = before.1.split(separator: "\n")
    let line = lines.remove(at: 5)
    try program.write(runs, lines.joined(separator: "\n") + "\n")
    let missing = try program.run("report", "small.yaml")
    #expect(missing.output == "11 of 12 runs. Report: Reports/small.md\n")
    #expect(try program.run("run", "small.yaml").sentences.first == "12 runs, 11 of them done before.")
    let scores = #/"scores":\{.*\},"settings"/#
    let again = try program.read(runs).split(separator: "\n")
    #expect(
      again.count == 13
        && again.enumerated().allSatisfy { $0 == 5 || String($1) == before.1.split(separator: "\n")[$0] })
    #expect(try again[5].firstMatch(of: scores)?.0 == line.firstMatch(of: scores)?.0)
  }

  /// Two tasks whose files are equal, in two folders, are the same runs.
  @Test func aRunThatTheStudyHasTwiceIsOneLine() throws {
    let program = try Program([
      "tags.txt": Studies.tags, "b/tags.txt": Studies.tags,
      "twice.yaml": """
      tasks: [{data: {format: columns, train: tags.txt}, name: a}, {data: {format: columns, train: b/tags.txt}, name: b}]
      backends: [{backend: rnn, width: 3}]
      training: {epochs: 1}
      seeds: 2
      """,
    ])
    for _ in 0..<2 {
      #expect(try program.run("run", "twice.yaml").status == 0)
      #expect(try program.read("Reports/twice/runs.jsonl").split(separator: "\n").count == 3)
    }
  }

  @Test func aDamagedFileOfRunsIsASentence() throws {
    let program = try Program(Studies.small)
    #expect(try program.run("run", "small.yaml", "--jobs", "2").status == 0)
    let whole = try program.read("Reports/small/runs.jsonl")
    try program.write("Reports/small/runs.jsonl", String(whole.dropLast(100)))
    let stamps = try program.stamps(program.files)
    for command in [["run", "small.yaml"], ["run", "small.yaml", "--dry-run"], ["report", "small.yaml"]] {
      let ended = try program.start(command).end()
      #expect(ended.status == 1 && ended.sentences.count == 1)
      #expect(
        ended.errors.hasPrefix("unroll: Reports/small/runs.jsonl:13: the file is cut short here"), "\(ended.errors)")
      #expect(try program.stamps(program.files) == stamps)
    }
  }

  /// A table of classes by classes, or of words by classes, would be 512 MiB each.
  @Test func manyClassesTakeMemoryInTheirNumber() throws {
    let tags = (0..<16_000).map { "w\($0 / 2 * 2)\tT\($0 % 8000)\n" + ($0 % 10 == 9 ? "\n" : "") }.joined()
    let program = try Program([
      "tags.txt": tags,
      "many.yaml": """
      tasks: [{data: {format: columns, train: tags.txt, unseen_labels: keep}}]
      backends: [{backend: rnn, width: 8}]
      model: {embedding: 8}
      training: {epochs: 1}
      seeds: 1
      """,
    ])
    #expect(try program.run("run", "many.yaml").status == 0)
    let record = try program.read(try #require(program.records.first))
    let line = try #require(record.split(separator: "\n").first { $0.contains("\"peakMemory\"") })
    let peak = try #require(Double(String(line.filter { $0.isNumber || $0 == "." })))
    #expect(peak < 400, "MiB; where the system cannot say, 0")
  }

  @Test func dryRunsSayWhatIsMissing() throws {
    let program = try Program(Studies.small)
    let dry = try program.run("run", "small.yaml", "--dry-run")
    #expect(dry.status == 0)
    #expect(dry.output.split(separator: "\n").count == 12 && dry.output.hasPrefix("missing  "))
    #expect(!program.exists("Reports"))
  }

  /// More seeds and another backend: what was done stays, the new cells are run, the report keeps the study's order.
  @Test func studiesGrow() throws {
    let program = try Program(Studies.small)
    _ = try program.run("run", "small.yaml")
    let old = program.records
    let stamps = try program.stamps(old)
    let text = Studies.small["small.yaml"]!
    try program.write("small.yaml", text.replacingOccurrences(of: "seeds: 2", with: "seeds: 3"))
    let more = try program.run("run", "small.yaml")
    #expect(more.sentences.first == "18 runs, 12 of them done before.")
    #expect(try program.stamps(old) == stamps)
    try program.write("small.yaml", text.replacingOccurrences(of: "[rnn, gru]", with: "[gru]"))
    let less = try program.run("run", "small.yaml")
    #expect(less.sentences.first == "6 runs, 6 of them done before.")
    #expect(!(try program.read("Reports/small.md")).contains("rnn"), "records of cells that are gone stay out")
    #expect(program.records.count == 18)
  }

  /// Names, order and question are not what a run is; the report has those of today.
  @Test func namesAreThoseOfToday() throws {
    let program = try Program(Studies.small)
    _ = try program.run("run", "small.yaml")
    let text = Studies.small["small.yaml"]!
      .replacingOccurrences(of: "Does it run?", with: "Does it go on?")
      .replacingOccurrences(of: "[rnn, gru]", with: "[gru, {backend: rnn, name: elman}]")
    try program.write("small.yaml", text)
    let run = try program.run("run", "small.yaml")
    #expect(run.status == 0 && run.sentences.first == "12 runs, 12 of them done before.")
    let report = try program.read("Reports/small.md")
    #expect(report.contains("Does it go on?") && !report.contains("Does it run?"))
    #expect(report.contains("`elman`") && !report.contains("`rnn`"))
    try Files.write(report, to: "\(program.folder)/before.md")
    _ = try program.run("run", "small.yaml")
    #expect(try program.read("Reports/small.md") == report)
  }

  @Test func changedDataAreOtherRuns() throws {
    let program = try Program(Studies.small)
    _ = try program.run("run", "small.yaml")
    try program.write("tags.txt", Studies.tags + "\nw1\tt1\n")
    #expect(try program.run("run", "small.yaml").sentences.first == "12 runs, 8 of them done before.")
  }

  /// The vocabulary of one task alone is beyond the budget. That shows when its run has read it; the others go on.
  @Test func failedRunsStopNoOther() throws {
    let program = try Program([
      "few.txt": Studies.tags, "many.txt": (0..<400).map { "word\($0)\tt\($0 % 2)\n" }.joined(separator: "\n"),
      "two.yaml": """
      tasks:
        - data: {format: columns, train: many.txt}
        - data: {format: columns, train: few.txt}
      backends: [rnn, ssm]
      model: {embedding: 4}
      training: {epochs: 1}
      seeds: 2
      parameters: 900
      """,
    ])
    for done in [0, 4] {
      let run = try program.run("run", "two.yaml", "--jobs", "2")
      #expect(run.status == 1)
      #expect(run.sentences.first == "8 runs, \(done) of them done before.", "what failed is tried again")
      #expect(run.sentences.last == "8 of 8 runs: 4 finished, 0 diverged, 4 failed. Report: Reports/two.md")
      let report = try program.read("Reports/two.md")
      #expect(report.contains("4 runs of 8 left no scores: 4 failed, 0 diverged."))
      #expect(report.contains("a budget of 900 parameters cannot be reached"))
      #expect(program.records.count == 8)
    }
  }

  @Test func divergedRunsAreKept() throws {
    var files = Studies.small
    files["small.yaml"] = """
      tasks: [{data: {format: columns, train: tags.txt}}]
      backends: [ssm]
      training: {optimiser: sgd, learning_rate: 1000, clip: 0, batch: 2, epochs: 20}
      seeds: 1
      """
    let program = try Program(files)
    let first = try program.run("run", "small.yaml")
    #expect(first.status == 1, "there is no score at all")
    #expect(first.errors.contains("1 of 1 runs: 0 finished, 1 diverged, 0 failed. Report: Reports/small.md\n"))
    #expect(first.sentences.last?.hasPrefix("unroll: every run diverged: lower training.learning_rate") == true)
    #expect(first.errors.contains("DIVERGED: training diverged at step "))
    #expect(try program.read("Reports/small.md").contains("1 run of 1 left no scores: 0 failed, 1 diverged."))
    #expect(try program.run("run", "small.yaml").sentences.first == "1 run, 1 of them done before.")
  }
}
