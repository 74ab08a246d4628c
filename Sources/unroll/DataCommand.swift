import ArgumentParser
import UnrollCore
import UnrollData
import UnrollStudy

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Reads data sets and says what is in them, or what is missing and where it comes from.",
    discussion: "Exit code 1 when a set that was asked for cannot be read.")

  @Argument(help: "Data sets by name, or studies (STUDY.yaml) for all that they read; all named sets when left out.")
  var names: [String] = []
  @OptionGroup var data: DataOption

  func run() throws {
    try reporting {
      let sets = try names.isEmpty ? Datasets.all.map { try DataRequest($0) } : names.flatMap(requests)
      var unreadable = 0
      for set in sets {
        do {
          let loaded = try set.load(data.location)
          for line in [line(loaded)] + loaded.remarks.map({ "  \($0)" }) { Terminal.say(line) }
        } catch let error as InputError {
          unreadable += 1
          Terminal.say("\(set.name): \(error)")
        }
      }
      if !names.isEmpty && unreadable > 0 { throw ExitCode(1) }
    }
  }

  private func requests(_ name: String) throws -> [DataRequest] {
    name.hasSuffix(".yaml") ? try StudyFile(path: name).data : [try DataRequest(Datasets.named(name))]
  }

  private func line(_ loaded: LoadedData) -> String {
    let sizes = loaded.corpus.sizes
    let unit = [CorpusKind.text: "tokens", .pairs: "pairs"][loaded.corpus.kind] ?? "sequences"
    let counts = Split.allCases.map { "\(sizes[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
    let labels = loaded.labels.count > 0 ? "; \(loaded.labels.count) labels" : ""
    let title = loaded.version.isEmpty ? loaded.name : "\(loaded.name) \(loaded.version)"
    return
      "\(title): \(counts) \(unit)\(labels); digest \(loaded.digest.prefix(12)); licence: \(loaded.licence)"
  }
}
