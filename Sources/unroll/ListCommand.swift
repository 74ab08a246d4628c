import ArgumentParser
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers
import UnrollStudy
import UnrollTraining

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract:
      "Lists the keys of a study, backends, inputs, heads, tasks, data sets and formats, with every option when asked.",
    discussion: "A name, such as `unroll list lstm`, shows that one with its options.")

  enum Topic: String, CaseIterable { case study, backends, inputs, heads, tasks, data, formats, training, model }

  @Argument(
    help: "Only one of them (\(Topic.allCases.map(\.rawValue).joined(separator: ", "))), or the one of this name.")
  var topic: String?
  @Flag(name: .shortAndLong, help: "Every option with its domain, default and meaning; parameter groups.") var verbose =
    false

  /// What can be shown by itself: several when a name is that of a backend and of something else.
  private static var named: [(name: String, show: (OptionLines) throws -> Void)] {
    Backends.all.map { backend in (backend.name, { try $0.show(backend, andCommon: true) }) }
      + Inputs.all.map { input in (input.name, { $0.show(input, input.summary) }) }
      + Heads.all.map { head in (head.name, { $0.show(head, head.summary) }) }
      + Tasks.all.map { task in (task.name, { $0.show(task) }) }
      + Datasets.all.map { set in (set.name, { $0.show(set) }) }
      + Formats.all.map { format in (format.name, { $0.show(format) }) }
  }

  func validate() throws {
    let known = Topic.allCases.map(\.rawValue) + ListCommand.named.map(\.name)
    guard let topic, !known.contains(topic) else { return }
    throw ValidationError(Suggestion.unknown("topic or name", topic, known: known))
  }

  func run() throws {
    try reporting {
      if let topic, Topic(rawValue: topic) == nil {
        for (_, show) in ListCommand.named.filter({ $0.name == topic }) { try show(OptionLines(verbose: true)) }
        return
      }
      let chosen = topic.flatMap(Topic.init).map { [$0] } ?? Topic.allCases
      let wanted = chosen.filter { verbose || topic != nil || ![.study, .training, .model].contains($0) }
      for (index, topic) in wanted.enumerated() {
        if index > 0 { print("") }
        try show(topic, OptionLines(verbose: verbose))
      }
    }
  }

  private func show(_ topic: Topic, _ lines: OptionLines) throws {
    switch topic {
    case .study:
      lines.options(
        "Study (a file in YAML; lists of options are candidates, or rows where compare names them)", StudyKeys.study)
      lines.options("A task (in a study: `tasks: [NAME, {data: …}]`)", StudyKeys.task)
      lines.options("A backend (beside its own options and those of every backend)", StudyKeys.backend)
    case .backends:
      print("Backends (in a study: `backends: [NAME, {backend: NAME, OPTION: VALUE}]`)")
      for options in Backends.all { try lines.show(options) }
      if verbose { lines.options("Options of every backend", StackOptions.described) }
    case .inputs:
      print("Inputs (in a study: `model: {inputs: [NAME, {input: NAME, OPTION: VALUE}]}`)")
      for input in Inputs.all { lines.show(input, input.summary) }
    case .heads:
      print("Heads (in a study: `model: {head: NAME}`, or `model: {head: {head: NAME, OPTION: VALUE}}`)")
      for head in Heads.all { lines.show(head, head.summary) }
    case .tasks:
      print("Tasks (chosen by the kind of data, or by `task: NAME` where it serves several)")
      for task in Tasks.all { lines.show(task) }
    case .data:
      print("Data sets (in a study: `data: NAME`, or `data: {name: NAME, OPTION: VALUE}`)")
      for set in Datasets.all { lines.show(set) }
    case .formats:
      print("Formats (your own files: `data: {format: NAME, train: PATH, …}`)")
      for format in Formats.all { lines.show(format) }
    case .training: lines.options("Training (in a study: `training: {…}`)", TrainingOptions.described)
    case .model: lines.options("Model (in a study: `model: {…}`)", ModelOptions.described)
    }
  }
}

/// Prints what there is, one line each, and its options when asked.
private struct OptionLines {
  let verbose: Bool

  /// - Parameter andCommon: whether the options that all backends have follow.
  func show<B: BackendOptions>(_ type: B.Type, andCommon: Bool = false) throws {
    entry(type.name, type.summary)
    guard verbose else { return }
    options(nil, type.described)
    let builder = ParameterBuilder.counting()
    _ = try BackendSettings(type.init()).build(64, .everyStep, builder)
    for group in Parameters(builder).groups {
      let decay = group.weightDecay ? "weight decay applies" : "no weight decay"
      print("      parameters \"\(group.name)\": learning rate × \(group.learningRateFactor), \(decay)")
    }
    if andCommon { options("  Options of every backend", StackOptions.described) }
  }

  func show<O: NamedOptions>(_ type: O.Type, _ summary: String) {
    entry(type.name, summary)
    if verbose { options(nil, type.described) }
  }

  func show(_ task: any Task.Type) { entry(task.name, "\(task.summary); data: \(task.kind.rawValue)") }

  func show(_ set: DatasetDefinition) {
    entry(set.name, "\(set.summary); \(set.availability); licence: \(set.licence)")
    if verbose { options(nil, set.options) }
  }

  func show(_ format: FormatDefinition) {
    entry(format.name, format.summary)
    if verbose { options(nil, format.options) }
  }

  func options(_ title: String?, _ options: [OptionDescription]) {
    if let title { print(title) }
    for option in options {
      // Of a kind with options of its own, as one writes it: by its name.
      let standard = option.defaultValue[option.name]?.string ?? "\(option.defaultValue)"
      let need = option.needs.map { "; needs \($0)" } ?? ""
      print(
        "      \(padded(option.name, 20)) \(option.help) [\(option.domain); default \(standard.isEmpty ? "none" : standard)\(need)]"
      )
    }
  }

  private func entry(_ name: String, _ text: String) { print("  \(padded(name, 22)) \(text)") }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
