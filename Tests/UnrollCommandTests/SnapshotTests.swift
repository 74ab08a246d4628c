import CLibrary
import Testing
import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

/// What people read, as it stood when somebody last looked at it. After a wanted change:
/// `UNROLL_SNAPSHOTS=write scripts/test --filter SnapshotTests`, then read the difference.
@Suite struct SnapshotTests {
  @Test(
    arguments: [
      ("help", ["--help"]), ("run-help", ["run", "--help"]), ("report-help", ["report", "--help"]),
      ("train-help", ["train", "--help"]), ("predict-help", ["predict", "--help"]),
      ("generate-help", ["generate", "--help"]), ("diagnose-help", ["diagnose", "--help"]),
      ("list-training", ["list", "training"]), ("list-model", ["list", "model"]),
      ("list-study", ["list", "study"]), ("list-averaging", ["list", "averaging"]),
    ])
  func texts(name: String, arguments: [String]) throws {
    let ended = try Program().start(arguments).end()
    #expect(ended.status == 0 && ended.errors == "")
    let path = "\(Files.parent(of: #filePath))/Snapshots/\(name).txt"
    if getenv("UNROLL_SNAPSHOTS") != nil { try Files.write(ended.output, to: path) }
    #expect(ended.output == String(decoding: try Files.read(path), as: UTF8.self))
  }

  /// The headings stand; below each stands what its list holds, whatever that is.
  @Test func listShowsEveryList() throws {
    let lines = try Program().run("list").output.split(separator: "\n").map(String.init)
    #expect(
      lines.filter { !$0.hasPrefix("  ") } == [
        "Backends (in a study: `backends: [NAME, {backend: NAME, OPTION: VALUE}]`)",
        "Inputs (in a study: `model: {inputs: [NAME, {input: NAME, OPTION: VALUE}]}`)",
        "Heads (in a study: `model: {head: NAME}`, or `model: {head: {head: NAME, OPTION: VALUE}}`)",
        "Tasks (chosen by the kind of data, or by `task: NAME` where it serves several)",
        "Data sets (in a study: `data: NAME`, or `data: {name: NAME, OPTION: VALUE}`)",
        "Formats (your own files: `data: {format: NAME, train: PATH, …}`)",
      ])
    let names = lines.filter { $0.hasPrefix("  ") }.map { String($0.split(separator: " ")[0]) }
    #expect(
      names == Backends.all.map { $0.name } + Inputs.all.map { $0.name } + Heads.all.map { $0.name }
        + Tasks.all.map { $0.name } + Datasets.all.map { $0.name }
        + Formats.all.map { $0.name })
    for backend in Backends.all { #expect(lines.contains { $0.hasSuffix(" \(backend.summary)") }) }
  }

  @Test func theVersionIsOneWord() throws {
    let ended = try Program().run("--version")
    #expect(ended.status == 0 && ended.output == Version.text + "\n")
  }
}
