import ArgumentParser
import FoundationEssentials
import UnrollData

/// Where data is looked for, the same for every command.
struct DataOption: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "Folder with data sets (or $UNROLL_DATA; several separated by colons). Default: ~/.cache/unroll.",
      valueName: "folder"), transform: Terminal.path)
  var folders: String?

  /// Given folders first, then the default one.
  var location: DataLocation {
    // A variable that is empty is as good as none.
    let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
    let given = folders ?? environment["UNROLL_DATA"] ?? ""
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? ".") + "/.cache"
    let standard = environment["UNROLL_DATA_DEFAULT"] ?? cache + "/unroll"
    return DataLocation(roots: given.split(separator: ":").map(String.init) + [standard])
  }

  /// The same for a process that makes a run; names that begin with a dash stay names.
  var arguments: [String] { folders.map { ["--data=\($0)"] } ?? [] }
}
