import UnrollCore

/// The cases of a file `{"cases": [{"name": …, "kind": "step", …}, …]}`; other keys beside `cases` are the author's notes.
package struct BenchCases: Sendable {
  package let cases: [BenchCase]

  /// - Throws: `InputError` with file and name of the first case that cannot be, before anything is measured.
  package init(path: String) throws {
    let entries = try Setting(yaml: try Files.readText(path), file: path).entries("the file")
    guard let list = entries.first(where: { $0.key == "cases" })?.value, case .list(let items) = list.content else {
      throw InputError("has no list \"cases\" of {\"name\": …, \"kind\": \"step\", …}", file: path)
    }
    guard !items.isEmpty else { throw InputError("its list \"cases\" is empty", file: path) }
    cases = try items.enumerated().map { try BenchCases.read($1, number: $0 + 1) }
    for (index, item) in cases.enumerated() where cases[..<index].contains(where: { $0.name == item.name }) {
      throw items[index].error("case \"\(item.name)\": another case has the same name; rename one")
    }
  }

  private static func read(_ setting: Setting, number: Int) throws -> BenchCase {
    let entries = try setting.entries("case \(number)")
    let name = try entries.first { $0.key == "name" }?.value.text("name")
    let label = name.map { "case \"\($0)\"" } ?? "case \(number)"
    do {
      let item = try BenchCase(setting, label)
      try item.check()
      return item
    } catch let error as InputError {
      let message = error.message.hasPrefix(label) ? error.message : "\(label): \(error.message)"
      throw InputError(message, file: setting.file, line: error.line ?? setting.line)
    }
  }
}
