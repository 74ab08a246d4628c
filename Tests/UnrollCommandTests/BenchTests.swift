import Testing

@Suite struct BenchTests {
  private static func file(_ cases: String...) -> String { "{\"cases\": [\(cases.joined(separator: ",\n"))]}" }
  private static let scan =
    #"{"name": "scan", "kind": "op", "backend": "selective-scan", "hidden": 5, "state": 3, "batch": 2, "length": 4}"#

  @Test func whatCannotBeRunIsNamedAndTheRestGoesOn() throws {
    let newer = #"{"name": "new", "backend": "newer", "hidden": 1, "batch": 1, "length": 1, "kind": "op"}"#
    let program = try Program(["cases.json": BenchTests.file(newer, BenchTests.scan)])
    let ended = try program.run("bench", "--cases", "cases.json", "--threads", "2", "--seconds", "0.01", "--json")
    #expect(ended.status == 0)
    #expect(ended.errors.hasPrefix("new: cannot be run by this version: unknown backend \"newer\""))
    #expect(ended.output.split(separator: "\n").count == 1)
    for key in ["\"name\":\"scan\"", "\"threads\":2", "\"ms\":", "\"tokens_per_s\":", "\"peak_mib\":"] {
      #expect(ended.output.contains(key))
    }
  }

  @Test(
    arguments: [
      (#"{"name": "a", "kind": "pop", "backend": "rnn"}"#, "unknown value of kind \"pop\""),
      (#"{"name": "a", "kind": "op", "backend": "rnn", "batch": 1, "length": 1}"#, "hidden is missing"),
      (#"{"name": "a", "backend": "rnn", "hidden": 2, "batch": 1, "length": 1}"#, "vocab is missing"),
      (#"{"name": "a", "kind": "op", "backend": "rnn", "hidden": 2, "batch": 1, "length": -4}"#, "length must be 1…"),
      (#"{"name": "a", "kind": "op", "backend": "rnn", "hidden": 2, "batch": 0, "length": 4}"#, "batch must be 1…"),
      (
        #"{"name": "a", "kind": "op", "backend": "s4d", "hidden": 2, "state": 3, "batch": 1, "length": 4}"#,
        "backend s4d: state 3 is odd"
      ),
      (#"{"name": "a", "kind": "op", "backend": "s4d", "hidden": 2, "batch": 1, "length": 4}"#, "state is missing"),
      (
        #"{"name": "a", "kind": "op", "backend": "gru", "hidden": 2, "batch": 1, "length": 4, "options": "resets=no"}"#,
        "backend gru: unknown key \"resets\""
      ),
      (
        #"{"name": "a", "kind": "op", "backend": "gru", "hidden": 2, "batch": 1, "length": 4, "options": "reset"}"#,
        "options must be \"KEY=VALUE KEY=VALUE\", not \"reset\""
      ),
      (#"{"name": "a", "colour": "red"}"#, "unknown key \"colour\""),
    ])
  func mistakes(item: String, sentence: String) throws {
    let program = try Program(["cases.json": BenchTests.file(BenchTests.scan, item)])
    let ended = try program.run("bench", "--cases", "cases.json")
    #expect(ended.status == 1 && ended.output == "" && ended.sentences.count == 1)
    #expect(ended.errors.hasPrefix("unroll: cases.json:2: case \"a\": \(sentence)"), "\(ended.errors)")
  }

  /// An untrained cell that amplifies: its gradient over 16,384 steps is beyond Float32, in double precision too.
  @Test func whatBreaksIsNamed() throws {
    let item =
      #"{"name": "long", "backend": "layer-norm-lstm", "hidden": 64, "embed": 64, "vocab": 1000, "classes": 17, "batch": 1, "length": 16384}"#
    let program = try Program(["cases.json": BenchTests.file(item)])
    let ended = try program.run("bench", "--cases", "cases.json", "--seconds", "0.01")
    #expect(ended.status == 1)
    #expect(
      ended.errors.hasPrefix("unroll: long: not measured: training breaks after 0 steps: gradient of "),
      "\(ended.errors)")
  }

  @Test func namesStandOnce() throws {
    let program = try Program(["cases.json": BenchTests.file(BenchTests.scan, BenchTests.scan)])
    let ended = try program.run("bench", "--cases", "cases.json")
    #expect(ended.status == 1)
    #expect(ended.errors == "unroll: cases.json:2: case \"scan\": another case has the same name; rename one\n")
  }

  @Test func kernelsAndPlainLoopsComeToTheSameNumbers() throws {
    let ended = try Program().run("bench", "--guard", "--seconds", "0.001")
    #expect(ended.status == 0 && ended.errors == "")
    let ratios = ended.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(ratios.count == 6 && ratios.allSatisfy { $0.count == 2 && Double($0[1])! > 0 })
  }

  @Test func streaming() throws {
    let ended = try Program().run("bench", "--streaming", "--width", "8", "--seconds", "0.01", "--json")
    #expect(ended.status == 0 && ended.errors == "")
    let lines = ended.output.split(separator: "\n")
    #expect(lines.count > 10)
    for line in lines {
      for key in ["\"name\":", "\"width\":8", "\"p50_us\":", "\"p99_us\":", "\"state_floats\":", "\"steps\":"] {
        #expect(line.contains(key), "\(line)")
      }
    }
    let text = try Program().run("bench", "--streaming", "--only", "averaging", "--width", "8", "--seconds", "0.01")
    #expect(text.output.hasPrefix("averaging: ") && text.output.contains(" µs a step (p99 "))
    let none = try Program().run("bench", "--streaming", "--only", "nothing")
    #expect(none.status == 1 && none.errors == "unroll: no backend has a name that contains \"nothing\"\n")
  }

  /// Every point of every axis, in order, of the one backend that was asked for.
  @Test func scaling() throws {
    let ended = try Program().run("bench", "--scaling", "--only", "averaging", "--seconds", "0.001")
    #expect(ended.status == 0)
    let lines = ended.output.split(separator: "\n")
    #expect(
      lines.allSatisfy { $0.hasPrefix("averaging, ") && ($0.contains(" µs a token, peak ") || $0.contains("left out")) }
    )
    let axes = lines.map { $0.split(separator: " ")[1] }.reduce(into: [Substring]()) {
      if $0.last != $1 { $0.append($1) }
    }
    #expect(axes == ["length", "width", "batch", "vocabulary", "threads"])
    #expect(lines.count > 20 && ended.errors.hasPrefix("\(lines.count) points in "))
    let unknown = try Program().run("bench", "--scaling", "--only", "lstn")
    #expect(unknown.status == 1 && unknown.output == "" && unknown.errors.contains("did you mean \"lstm\"?"))
  }

  @Test func peak() throws {
    let ended = try Program().run("bench", "--peak", "--seconds", "0.01", "--json")
    #expect(ended.status == 0 && ended.errors == "")
    for key in ["\"fma_gflops\":", "\"sgemm_gflops\":", "\"own_gflops\":", "\"size\":1024", "\"cores\":"] {
      #expect(ended.output.contains(key))
    }
    #expect(!ended.output.contains("_gflops\":0,"))
  }
}
