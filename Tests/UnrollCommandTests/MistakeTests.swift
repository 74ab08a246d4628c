import Foundation
import Testing
import UnrollCore

/// Bad input: one sentence with file and line, exit code 1, nothing half-written. Bad usage: exit code 64.
@Suite struct MistakeTests {
  @Test(
    arguments: [
      ("backends: [rnn]\nwidht: 5", "bad.yaml:4: a study: unknown key \"widht\"; did you mean \"width\"?"),
      ("backends: [rnn, grru]", "bad.yaml:3: unknown backend \"grru\"; did you mean \"gru\"?"),
      ("backends: [rnn]\ntraining: {epochs: x}", "bad.yaml:4: epochs must be a whole number, not \"x\""),
      ("backends: [rnn\nseeds: 1", "bad.yaml:4: not valid YAML: "),
      (
        "backends: [rnn]\nwidth: 5\nparameters: 5", "bad.yaml:4: width and parameters exclude each other; leave one out"
      ),
      ("backends: [rnn]\nseeds: [1, 1]", "bad.yaml:4: seeds must be different whole numbers, 0…2147483647"),
    ])
  func studies(rest: String, sentence: String) throws {
    try refused(["bad.yaml": "tasks:\n  - data: {format: columns, train: tags.txt}\n" + rest], sentence)
  }

  /// Data are read before anything is trained, and a mistake there is one of the study's: no run of any task begins.
  @Test(
    arguments: [
      ("a\tb\n\nc\n", "other.txt:3: this line has 1 columns, the lines before it have 2"),
      ("a\t\n", "other.txt:1: the tag is empty"),
      ("", "other.txt: "),
      ((1...40).map { "w\($0)\tX\n" }.joined(separator: "\n"), "other.txt: every item has the label \"X\""),
      ("c\tX\nd\tY\n", "bad.yaml:3: the development split is empty: give more data"),
    ])
  func data(text: String, sentence: String) throws {
    try refused(
      [
        "other.txt": text,
        "bad.yaml": """
        tasks:
          - data: {format: columns, train: tags.txt}
          - data: {format: columns, train: other.txt}
        backends: [rnn]
        """,
      ], sentence)
  }

  @Test func missingFiles() throws {
    try refused([:], "bad.yaml: cannot be read: No such file or directory")
    let data = "tasks:\n  - data: {format: columns, train: nowhere.txt}\nbackends: [rnn]\n"
    try refused(["bad.yaml": data], "bad.yaml:2: data: there is no file nowhere.txt")
    try refused(["bad.yaml": ""], "bad.yaml: the file is empty")
  }

  /// A study is a text like the data: its encoding may be said by a mark, and is not guessed.
  @Test func encodingsOfStudies() throws {
    let program = try Program(Studies.small)
    let study = Array(try program.read("small.yaml").utf8)
    let wide = [0xFEFF] + String(decoding: study, as: UTF8.self).utf16
    let plan = try program.run("run", "small.yaml", "--dry-run").output
    #expect(plan.hasPrefix("missing "))
    for bytes in [[0xEF, 0xBB, 0xBF] + study, wide.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }] {
      try Files.write(bytes, to: "\(program.folder)/small.yaml")
      let ended = try program.run("run", "small.yaml", "--dry-run")
      #expect(ended.output == plan && ended.errors == "")
    }
    try Files.write(Array("seeds: 1\n# caf".utf8) + [0xE9, 0x0A] + study, to: "\(program.folder)/small.yaml")
    let ended = try program.run("run", "small.yaml", "--dry-run")
    #expect(ended.errors == "unroll: small.yaml:2: this line is not valid UTF-8; convert the file\n")
  }

  @Test func textTooShortToPredict() throws {
    try refused(
      [
        "short.txt": String(repeating: "a b ", count: 5),
        "bad.yaml": "tasks:\n  - data: {format: text, train: short.txt, unit: character}\nbackends: [rnn]\n",
      ], "bad.yaml:2: the development split is a single token, so there is none to predict: give more text")
  }

  @Test func modelsThatSeeTheFuture() throws {
    try refused(
      [
        "bad.yaml":
          "tasks:\n  - data: {format: text, train: tags.txt}\nbackends: [rnn]\nbackend: {direction: bidirectional}\n"
      ],
      "bad.yaml:3: backend rnn: a bidirectional model would see the tokens that it has to predict; use direction: forward"
    )
  }

  @Test func attentionThatSeesTheFuture() throws {
    let study =
      "tasks:\n  - data: {format: text, train: tags.txt}\nbackends: [{backend: transformer, attention: full}]\n"
    try refused(
      ["bad.yaml": study],
      "bad.yaml:3: backend transformer: attention: full would see the tokens that it has to predict; use attention: causal"
    )
  }

  @Test func reportsWithoutRecords() throws {
    let program = try Program(Studies.small)
    let ended = try program.run("report", "small.yaml")
    #expect(ended.status == 1 && ended.output == "")
    #expect(
      ended.errors
        == "unroll: Reports/small/records: there are no records of this study here; make them with `unroll run`\n")
    #expect(!program.exists("Reports"))
  }

  @Test func brokenRecords() throws {
    let program = try Program(Studies.small)
    let name = try program.run("run", "small.yaml", "--dry-run").output.split(separator: " ")[1]
    try program.write("Reports/small/records/\(name).json", "{\"format\": 1}")
    let ended = try program.run("run", "small.yaml")
    #expect(ended.status == 1)
    #expect(ended.errors.hasPrefix("unroll: Reports/small/records/\(name).json: is not the record of a run"))
    #expect(ended.sentences.count == 1)
  }

  /// Nothing of the first is overwritten, and nothing of it is reported as the second's.
  @Test func twoStudiesOfOneName() throws {
    let study =
      "tasks: [{data: {format: columns, train: ../tags.txt}}]\nbackends: [rnn]\ntraining: {epochs: 1}\nseeds: 1\n"
    let program = try Program(["tags.txt": Studies.tags, "a/st.yaml": study, "b/st.yaml": study])
    #expect(try program.run("run", "a/st.yaml").status == 0)
    let (files, stamps) = (program.files, try program.stamps(program.files))
    for command in ["run", "report"] {
      let ended = try program.run(command, "b/st.yaml")
      #expect(ended.status == 1 && ended.sentences.count == 1)
      #expect(
        ended.errors.hasPrefix(
          "unroll: Reports/st: the folder belongs to another study, a/st.yaml; name another"))
    }
    #expect(try program.files == files && program.stamps(files) == stamps)
    #expect(try program.run("run", "b/st.yaml", "--reports", "Others").status == 0)
    let long = String(repeating: "n", count: 240)
    try program.write(
      "a/\(long).yaml", study.replacingOccurrences(of: "[rnn]", with: "[{backend: rnn, name: \(long)}]"))
    try program.write(
      "a/\(long).yaml", try program.read("a/\(long).yaml").replacingOccurrences(of: "}}", with: "}, name: \(long)}"))
    #expect(try program.run("run", "a/\(long).yaml").status == 0)
  }

  @Test func foldersThatCannotBe() throws {
    let program = try Program(Studies.small)
    let ended = try program.run("run", "small.yaml", "--reports", "tags.txt/reports")
    #expect(ended.status == 1 && ended.sentences.count == 1)
    #expect(ended.errors.contains("tags.txt/reports") && ended.errors.contains("cannot be"))
  }

  @Test func aDamagedCaseIsASentence() throws {
    let program = try Program(["cases/a.safetensors": "short", "cases/b.safetensors": "12345678 and no header"])
    let ended = try program.run("parity", "cases")
    #expect(ended.status == 1)
    #expect(
      ended.sentences == [
        "unroll: cases/a.safetensors: is not a safetensors file: it is shorter than 8 bytes",
        "unroll: cases/b.safetensors: is not a safetensors file: its header cannot be read",
      ])
  }

  #if os(Linux)
    /// OpenBLAS would make threads that ask for memory for ever.
    @Test func littleAddressSpaceIsNoReasonToHang() throws {
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      shell.arguments = ["-c", "ulimit -v 200000; unset OPENBLAS_NUM_THREADS; exec \(Program.path) --version"]
      (shell.standardOutput, shell.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
      try shell.run()
      let ended = Program.wait { !shell.isRunning }
      if !ended { kill(shell.processIdentifier, SIGKILL) }
      #expect(ended)
    }
  #endif

  @Test(
    arguments: [
      ["run"], ["run", "a.yaml", "--job", "2"], ["run", "a.yaml", "--jobs", "0"], ["frobnicate"], ["list", "nothing"],
      ["list", "lstn"], ["run", ""], ["run", "a.yaml", "--records", ""], ["report", "a.yaml", "--reports", ""],
      ["run", "a.yaml", "--data", ""], ["parity", ""], ["bench", "--cases", ""], ["draw", "", "b.svg"],
      ["bench"], ["bench", "--cases", "a.json", "--scaling"], ["bench", "--scaling", "--peak"],
      ["bench", "--cases", "a.json", "--width", "8"],
      ["bench", "--scaling", "--threads", "2"], ["bench", "--cases", "a.json", "--seconds", "0"], ["parity"],
    ])
  func usage(arguments: [String]) throws {
    let ended = try Program().start(arguments).end()
    #expect(ended.status == 64)
    #expect(ended.errors.hasPrefix("Error: ") && ended.output == "")
  }

  /// One sentence, code 1, and the folder as it was.
  private func refused(_ files: [String: String], _ sentence: String) throws {
    let program = try Program(["tags.txt": Studies.tags].merging(files) { $1 })
    let before = program.files
    let ended = try program.run("run", "bad.yaml")
    #expect(ended.status == 1)
    #expect(ended.errors.hasPrefix("unroll: \(sentence)"), "\(ended.errors)")
    #expect(ended.sentences.count == 1 && ended.output == "")
    #expect(program.files == before && !program.exists("Reports"))
  }
}
