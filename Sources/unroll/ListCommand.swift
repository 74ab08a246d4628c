import ArgumentParser
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers
import UnrollTraining

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists backends, tasks, data sets and formats, with every option when asked.")

  enum Topic: String, CaseIterable, ExpressibleByArgument { case backends, tasks, data, formats, training, model }

  @Argument(help: "Only one of them.") var topic: Topic?
  @Flag(name: .shortAndLong, help: "Every option with its domain, default and meaning; parameter groups.") var verbose =
    false

  func run() throws {
    try reporting {
      for topic in topic.map({ [$0] }) ?? Topic.allCases { try show(topic) }
    }
  }

  private func show(_ topic: Topic) throws {
    switch topic {
    case .backends:
      print("Backends (in a study: `backends: [NAME, {backend: NAME, OPTION: VALUE}]`)")
      for options in Backends.all { try show(options) }
      if verbose { options("Options of every backend", StackOptions.table, StackOptions().resolved) }
    case .tasks:
      print("\nTasks (chosen by the kind of data)")
      for task in Tasks.all { entry(task.name, "\(task.summary); data: \(task.kind.rawValue)") }
    case .data:
      print("\nData sets (in a study: `data: NAME`, or `data: {name: NAME, OPTION: VALUE}`)")
      for set in Datasets.all {
        entry(
          set.name,
          "\(set.summary); \(set.availability); licence: \(set.licence)")
        if verbose { described(set.options) }
      }
    case .formats:
      print("\nFormats (your own files: `data: {format: NAME, train: PATH, …}`)")
      for format in Formats.all {
        entry(format.name, format.summary)
        if verbose { described(format.options) }
      }
    case .training:
      if verbose || self.topic == topic {
        options("\nTraining (in a study: `training: {…}`)", TrainingOptions.table, TrainingOptions().resolved)
      }
    case .model:
      if verbose || self.topic == topic {
        options("\nModel (in a study: `model: {…}`)", ModelOptions.table, ModelOptions().resolved)
      }
    }
  }

  private func show<B: BackendOptions>(_ type: B.Type) throws {
    entry(type.name, type.summary)
    guard verbose else { return }
    options(nil, type.table, type.init().resolved)
    let builder = ParameterBuilder.counting()
    _ = try BackendSettings(type.init()).build(64, .everyStep, builder)
    for group in Parameters(builder).groups {
      let decay = group.weightDecay ? "weight decay applies" : "no weight decay"
      print("      parameters \"\(group.name)\": learning rate × \(group.learningRateFactor), \(decay)")
    }
  }

  private func entry(_ name: String, _ text: String) { print("  \(padded(name, 22)) \(text)") }

  private func options<Root>(_ title: String?, _ table: [OptionKey<Root>], _ values: [String: Value]) {
    if let title { print(title) }
    for key in table { option(key.name, key.domain, values[key.name], key.help) }
  }

  private func described(_ lines: [OptionDescription]) {
    for line in lines { option(line.name, line.domain, line.defaultValue, line.help) }
  }

  private func option(_ name: String, _ domain: String, _ value: Value?, _ help: String) {
    let standard = value.map { "\($0)".isEmpty ? "none" : "\($0)" } ?? "none"
    print("      \(padded(name, 20)) \(help) [\(domain); default \(standard)]")
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
