import Foundation
import TestSupport
import Testing
import UnrollCore
import UnrollLayers

/// The page of every backend says what its code does. What of it lists options or verdicts is written by `UNROLL_SNAPSHOTS=write`.
@Suite struct BackendPageTests {
  static let names = Backends.all.map { $0.name }
  static let pages = (try? Files.list("\(Article.folder)/Backends").map(Files.stem)) ?? []
  /// Of a missing page one test complains, not all.
  static let written = names.filter(pages.contains)
  static let sections = [
    "Equations", "When to use it", "Parameters", "Cost", "Options", "In the committed reports", "Source",
  ]

  @Test func everyBackendHasAPage() throws {
    for name in Self.names where !Self.pages.contains(name) {
      Issue.record(
        "backend \(name) has no page: write UnrollKit.docc/Backends/\(name).md in the form of its neighbours")
    }
    for page in Self.pages where !Self.names.contains(page) {
      Issue.record("UnrollKit.docc/Backends/\(page).md is the page of no backend: delete it, or name it as its backend")
    }
  }

  @Test(arguments: written) func itsFormIsThatOfAll(_ name: String) throws {
    let page = try Article("Backends/\(name)")
    #expect(page.title == name && page.headings == Self.sections)
    for heading in Self.sections { #expect((page.section(heading)?.count ?? 0) > 20, "\(heading) is empty") }
  }

  /// Names and shapes of the parameters, and the three costs, of one layer as it stands in a language model.
  @Test(arguments: written) func itsSizesAreThoseOfTheLayer(_ name: String) throws {
    let page = try Article("Backends/\(name)")
    var settings = BackendSettings(try Backends.named(name).init())
    let (input, width) = (7, 48)
    settings.stack.width = width
    let builder = ParameterBuilder.counting()
    let layer = try settings.build(input, .causal, builder)

    var letters = ["E": input, "H": width]
    for option in settings.options.described { letters[option.name] = option.defaultValue.integer }
    for match in (page.section("Parameters") ?? "").matches(of: #/(\w) is `([^`]+)`/#) {
      letters[String(match.1)] = try #require(Formula.value(String(match.2), letters), "\(match.2)")
    }
    var shapes: [String: [Int]] = [:]
    for row in page.rows("Parameters") { shapes[row[0]] = Formula.shape(row[1], letters) }
    #expect(shapes == Dictionary(uniqueKeysWithValues: builder.declared.map { ($0.name, $0.shape) }))

    let costs = page.rows("Cost").reduce(into: [:]) { $0[$1[0]] = Formula.value($1[1], letters) }
    let state = layer.slots.reduce(0) { $0 + $1.width }
    #expect(
      costs == [
        "parameters": builder.count, "multiply-adds a token": layer.multiplyAdds, "floats of state": state,
      ])
  }

  @Test(arguments: written) func itsListsAreThoseOfTheProgram(_ name: String) throws {
    var page = try Article("Backends/\(name)")
    try page.check(OptionTable.lines(try Backends.named(name).described), below: "Options")
    try page.check(try CommittedVerdicts().lines(of: name), below: "In the committed reports")
  }

  @Test func theOverviewHasAllOfThem() throws {
    var page = try Article("AllBackends")
    try page.check(OptionTable.lines(StackOptions.described), below: "Options of every backend")
    try page.check(Self.names.map { "- <doc:\($0)>" }, below: "Topics")
  }
}

/// Options as a table of an article.
enum OptionTable {
  static func lines(_ options: [OptionDescription]) -> [String] {
    guard !options.isEmpty else { return [] }
    let head = ["| option | values | default | what it does |", "| --- | --- | --- | --- |"]
    return head
      + options.map { option in
        let standard = option.defaultValue[option.name]?.string ?? "\(option.defaultValue)"
        let need = option.needs.map { "; needs `\($0)`" } ?? ""
        let domain = option.domain.replacing(" | ", with: ", ")
        let name = "`\(option.name)`"
        return "| \(name) | \(domain) | \(standard.isEmpty ? "none" : "`\(standard)`") | \(option.help)\(need) |"
      }
  }
}

extension Article {
  /// That the table or list of a section is this one; with `UNROLL_SNAPSHOTS` it is written.
  mutating func check(_ entries: [String], below heading: String) throws {
    if getenv("UNROLL_SNAPSHOTS") != nil { try write(entries, below: heading) }
    let said = self.entries(heading)
    #expect(
      said == entries,
      "\(Files.name(path)), \(heading): other than the program has it; UNROLL_SNAPSHOTS=write scripts/test --filter PageTests writes it"
    )
  }
}
