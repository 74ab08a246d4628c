import ArgumentParser
import UnrollCore
import UnrollStudy

struct NullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "null", abstract: "How often a report would tell models apart that are all the same.",
    discussion: """
      Deals the runs of every task out to its backends by chance, many times, and judges each table by the rules of the report: \
      whatever is called worse is not. Beside them stand made-up scores of the same numbers of backends and seeds. A study of one \
      backend under many names (`repeat: 24`) is what it is made for; where backends differ, chance differences are larger than any \
      that one of them makes.
      """)

  @OptionGroup var options: StudyOptions
  @Option(help: "Backends of a table. Default: as many as the task has.") var backends: Int?
  @Option(help: "Seeds of every backend. Default: as many as each has.") var seeds: Int?
  @Option(help: "Tables to judge.") var tables = 2000
  @Option(help: "Any whole number from 0: other numbers deal otherwise.") var seed = 1

  func validate() throws {
    guard (1...1_000_000).contains(tables) else { throw ValidationError("--tables must be 1…1000000.") }
    for (name, value) in [("backends", backends), ("seeds", seeds)]
    where value.map({ !(2...1000).contains($0) }) ?? false {
      throw ValidationError("--\(name) must be 2…1000.")
    }
    guard seed >= 0 else { throw ValidationError("--seed must be 0 or more.") }
  }

  func run() throws {
    try reporting {
      let folder = options.folder
      try folder.refuseOther()
      let table = try NullTable(
        folder.current(), study: folder.study, models: backends, seeds: seeds, tables: tables, seed: seed)
      Terminal.write(Array((table.text + "\n").utf8), to: .output)
    }
  }
}
