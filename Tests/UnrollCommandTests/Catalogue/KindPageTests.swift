import TestSupport
import Testing
import UnrollCore
import UnrollTraining

/// The articles on heads, inputs and tasks have a section for each, with its options or metrics.
@Suite struct KindPageTests {
  @Test func headsAreThoseOfTheList() throws {
    try check("AllHeads", Heads.all.map { ($0.name, OptionTable.lines($0.described)) })
  }

  @Test func inputsAreThoseOfTheList() throws {
    try check("AllInputs", Inputs.all.map { ($0.name, OptionTable.lines($0.described)) })
  }

  @Test func tasksAreThoseOfTheList() throws {
    try check(
      "AllTasks",
      Tasks.all.map { task in
        let metrics = task.metrics.map { "`\($0.name)`" + ($0.higherIsBetter ? " ↑" : " ↓") }
        return (task.name, ["- Data: \(task.kind.rawValue); metrics: \(metrics.joined(separator: ", "))"])
      })
  }

  private func check(_ name: String, _ kinds: [(name: String, entries: [String])]) throws {
    var article = try Article(name)
    #expect(article.headings == ["Overview"] + kinds.map(\.name), "\(name).md needs a section for each in the list")
    for (kind, entries) in kinds { try article.check(entries, below: kind) }
  }
}
