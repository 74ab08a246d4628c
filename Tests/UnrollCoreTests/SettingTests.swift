import Testing
import UnrollCore

@Suite struct SettingTests {
  private func setting(_ yaml: String) throws -> Setting { try Setting(yaml: yaml, file: "a.yaml") }

  @Test func everyNodeKnowsItsLine() throws {
    let entries = try setting("# first\nname: x\nmodel:\n  width: 3\n  list: [1, 2]\n").entries("study")
    #expect(entries.map(\.key) == ["name", "model"] && entries.map(\.line) == [2, 3])
    let model = try entries[1].value.entries("model")
    #expect(model.map(\.line) == [4, 5])
    #expect(try model[0].value.integer("width") == 3)
    #expect(try model[1].value.items.map { try $0.integer("list") } == [1, 2])
    #expect(try model[0].value.items.count == 1)
  }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", "stands twice", 1 as Int?), ("a: [1, 2\nb: 3\n", "not valid YAML", nil),
    ("", "empty", nil), ("? [1]\n: 2\n", "plain word", 1),
  ])
  func complaintsHaveAPlace(_ yaml: String, _ words: String, _ line: Int?) {
    do {
      let read = try setting(yaml)
      Issue.record("read as \(read)")
    } catch let error as InputError {
      #expect(error.message.contains(words) && error.file == "a.yaml")
      if let line { #expect(error.line == line) }
    } catch {
      Issue.record("not a sentence: \(error)")
    }
  }

  /// The parser writes them out before we see them, so that no setting can hide.
  @Test func aliasesAreTheirValue() throws {
    let entries = try setting("a: &x 1\nb: *x\n").entries("study")
    #expect(try entries.map { try $0.value.integer("n") } == [1, 1])
  }

  /// Each level stands for ten of the one before.
  @Test func aliasesThatMultiplyAreRefused() {
    let levels = (1...9).map { level in
      "a\(level): &a\(level) [" + [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    let start = ContinuousClock.now
    #expect(
      throws: InputError(
        "the file has more than 100000 values, counting those that aliases stand for; write less of them",
        file: "a.yaml",
        line: 1)
    ) { try setting("a0: &a0 [x, x]\n" + levels.joined()) }
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func nothingIsAnEmptyTable() throws {
    let entries = try setting("model:\ntraining: ~\nbackend: {}\n").entries("study")
    #expect(try entries.allSatisfy { try $0.value.entries($0.key).isEmpty })
    #expect(entries.map(\.value.isNothing) == [true, true, false])
  }

  /// A complaint that has a place keeps it.
  @Test func complaintsGetThePlaceThatIsKnown() throws {
    let entry = try setting("a: 1\nb:\n  - 2\n").entries("study")[1]
    #expect(entry.error("no") == InputError("no", file: "a.yaml", line: 2))
    #expect(throws: InputError("no", file: "a.yaml", line: 3)) { try entry.value.placing { throw InputError("no") } }
    let other = InputError("no", file: "b.yaml")
    #expect(throws: other) { try entry.value.placing { throw other } }
    #expect(try entry.value.placing { 7 } == 7)
  }

  @Test func scalarsAreReadStrictly() throws {
    func value(_ text: String) -> Setting { Setting(.scalar(text), file: "a.yaml", line: 7) }
    #expect(try value("1_000").integer("n") == 1000 && value("2e-3").number("x") == 0.002 && value("on").bool("b"))
    #expect(try value("no").bool("b") == false)
    #expect(try value("True").bool("b") && !value("FALSE").bool("b"))
    #expect(try value("1e3").integer("n") == 1000 && value("10.0").integer("n") == 10)
    #expect(try value("1_000.5").number("x") == 1000.5)
    for text in ["1.5", "x", "", "1e-3", "1e300", "nan"] {
      #expect { try value(text).integer("n") } throws: {
        "\($0)" == "a.yaml:7: n must be a whole number, not \"\(text)\""
      }
    }
    for text in ["nan", "inf", "x"] { #expect(throws: InputError.self) { try value(text).number("x") } }
    #expect { try value("perhaps").bool("b") } throws: { "\($0)".contains("must be true or false") }
    #expect(throws: InputError.self) { try value("x").entries("model") }
    #expect(throws: InputError.self) { try Setting(.list([]), file: "a.yaml", line: 1).text("name") }
  }
}

@Suite struct SuggestionTests {
  @Test(
    arguments: [
      ("lstn", "lstm"), ("GRUU", "gru"), ("attention", "attention-rnn"), ("att", "attention-rnn"), ("xyzzy", nil),
    ]
      as [(String, String?)])
  func nearest(_ typed: String, _ known: String?) {
    #expect(Suggestion.nearest(to: typed, in: ["rnn", "lstm", "gru", "attention-rnn"]) == known)
  }

  @Test func sentence() {
    #expect(
      Suggestion.unknown("backend", "lstn", known: ["rnn", "lstm"])
        == "unknown backend \"lstn\"; did you mean \"lstm\"? (known: rnn, lstm)")
    #expect(!Suggestion.unknown("backend", "qqqqqqqq", known: ["rnn"]).contains("did you mean"))
    #expect(Suggestion.nearest(to: "x", in: []) == nil)
  }

  @Test func foundByName() throws {
    let cells = [(name: "rnn", width: 1), (name: "lstm", width: 2)]
    #expect(try cells.named("lstm", kind: "cell") { $0.name }.width == 2)
    #expect(throws: InputError("unknown cell \"lstn\"; did you mean \"lstm\"? (known: rnn, lstm)")) {
      try cells.named("lstn", kind: "cell") { $0.name }
    }
  }

  @Test func counted() { #expect([0, 1, 2].map { $0.counted("run") } == ["0 runs", "1 run", "2 runs"]) }
}
