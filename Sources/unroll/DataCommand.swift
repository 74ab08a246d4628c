import ArgumentParser
import UnrollCore
import UnrollData

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Reads data sets and says what is in them, or what is missing and where it comes from.",
    discussion: "Exit code 1 when a set that was asked for by name cannot be read.")

  @Argument(help: "Data sets; all of them when left out.") var names: [String] = []
  @OptionGroup var data: DataOption

  func run() throws {
    try reporting {
      let sets = names.isEmpty ? Datasets.all : try names.map(Datasets.named)
      var unreadable = 0
      for set in sets {
        do {
          print(line(try set.load(data.location)))
        } catch let error as InputError {
          unreadable += 1
          print("\(set.name): \(error)")
        }
      }
      if !names.isEmpty && unreadable > 0 { throw ExitCode(1) }
    }
  }

  private func line(_ loaded: LoadedData) -> String {
    let sizes = loaded.corpus.sizes
    let unit = loaded.corpus.kind == .text ? "tokens" : "sequences"
    let counts = ["train", "development", "test"].map { "\(sizes[$0] ?? 0) \($0)" }.joined(separator: ", ")
    let labels = loaded.labels.count > 0 ? "; \(loaded.labels.count) labels" : ""
    return
      "\(loaded.name) \(loaded.version): \(counts) \(unit)\(labels); digest \(loaded.digest.prefix(12)); \(loaded.licence)"
  }
}
