import Testing
import UnrollCore

private struct Sample: Options {
  enum Kind: String, CaseIterable, Sendable { case plain, fancy }
  static let table: [OptionKey<Sample>] = [
    OptionKey("width", \.width, in: 1...64, "a number"),
    OptionKey("layers", \.layers, in: 1...Int.max, "a number without an upper end"),
    OptionKey("dropout", \.dropout, in: 0...0.95, "a probability"),
    OptionKey("kind", \.kind, "a choice"),
    OptionKey("tied", \.tied, "a truth"),
    OptionKey("note", \.note, "some text").needs("kind: fancy") { $0.kind == .fancy },
  ]
  var (width, layers, dropout, kind, tied, note) = (8, 1, 0.5, Kind.plain, false, "")
  func validate() throws { if tied, width < 4 { throw InputError("tied needs a width of 4") } }
}

@Suite struct OptionsTests {
  private func read(_ yaml: String) throws -> Sample { try Sample(Setting(yaml: yaml, file: "s.yaml"), "model") }

  @Test func valuesAndDefaults() throws {
    let sample = try read("width: 16\nkind: fancy\ntied: true\nnote: hello\n")
    #expect(
      sample.resolved == [
        "width": .integer(16), "layers": .integer(1), "dropout": .number(0.5), "kind": .string("fancy"),
        "tied": .bool(true),
        "note": .string("hello"),
      ])
  }

  @Test func applyLeavesTheRest() throws {
    var sample = try read("width: 16\n")
    try sample.apply(Setting(yaml: "layers: 3\n", file: "s.yaml").entries("model"), "model")
    #expect(sample.width == 16 && sample.layers == 3)
  }

  @Test(arguments: [
    ("width: 8\nlayer: 2\n", "s.yaml:2: model: unknown key \"layer\"; did you mean \"layers\"?"),
    ("width: 65\n", "s.yaml:1: width must be 1…64, not 65"),
    ("layers: 0\n", "s.yaml:1: layers must be 1 or more, not 0"),
    ("tied: false\ndropout: 1\n", "s.yaml:2: dropout must be 0.0…0.95, not 1.0"),
    ("kind: fanzy\n", "s.yaml:1: unknown value of kind \"fanzy\"; did you mean \"fancy\"? (known: plain, fancy)"),
    ("width: 2\ntied: true\n", "s.yaml:1: model: tied needs a width of 4"),
    ("- width\n", "s.yaml:1: model must be a table"),
  ])
  func complaints(_ yaml: String, _ beginning: String) {
    #expect { try read(yaml) } throws: { "\($0)".hasPrefix(beginning) }
  }

  @Test func everythingThatIsWrongIsSaidAtOnce() {
    #expect {
      try read("width: 65\nlayer: 2\ndropout: x\nkind: fancy\n")
    } throws: { error in
      let lines = "\(error)".split(separator: "\n")
      return lines.count == 3 && lines[0].hasPrefix("s.yaml:1: width must")
        && lines[1].hasPrefix("s.yaml:2: model: unknown")
        && lines[2].hasPrefix("s.yaml:3: dropout must")
    }
  }

  @Test func optionsWithoutEffectAreKnown() throws {
    let entries = try Setting(yaml: "tied: true\nnote: x\n", file: "s.yaml").entries("model")
    var sample = Sample()
    #expect(sample.idle(entries).map(\.entry.key) == ["note"])
    #expect(
      "\(sample.idle(entries)[0].complaint("model"))"
        == "s.yaml:2: model: note has no effect here, it needs kind: fancy; leave it out, or set that")
    sample.kind = .fancy
    #expect(sample.idle(entries).isEmpty)
    #expect(Sample.described.map(\.needs) == [nil, nil, nil, nil, nil, "kind: fancy"])
  }

  @Test func domainsAndChoices() {
    #expect(Sample.table.map(\.domain) == ["1…64", "1 or more", "0.0…0.95", "plain | fancy", "true | false", "text"])
    #expect(Sample.table.map(\.choices) == [[], [], [], ["plain", "fancy"], ["true", "false"], []])
  }
}
