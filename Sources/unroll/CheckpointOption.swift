import ArgumentParser

/// How often a run leaves a checkpoint, the same for every command that makes runs.
struct CheckpointOption: ParsableArguments {
  @Option(
    name: .customLong("checkpoint-every"),
    help: ArgumentHelp(
      "Seconds from one checkpoint of a run to the next. Default: 10 after an evaluation, else 120, and a hundred times what one takes.",
      valueName: "seconds"))
  var seconds: Double?

  func validate() throws {
    if let seconds, !(seconds >= 0) { throw ValidationError("--checkpoint-every must be at least 0.") }
  }

  /// The same for a process that makes a run.
  var arguments: [String] { seconds.map { ["--checkpoint-every=\($0)"] } ?? [] }
}
