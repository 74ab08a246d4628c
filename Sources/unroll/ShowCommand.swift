import ArgumentParser
import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Says what a model file holds: settings, tensors, scores, data, versions.")

  @OptionGroup var model: ModelArgument
  @Flag(help: "As one JSON object.") var json = false

  func run() throws {
    try reporting {
      let model = try self.model.read()
      if json { return Terminal.write(try Content(model).json(pretty: true) + [UInt8(ascii: "\n")], to: .output) }
      for line in ShowCommand.lines(model) { Terminal.say(line) }
    }
  }

  private struct Content: Encodable {
    var unroll: String
    var task: String
    var parameters: Int
    var tensors: [String: [Int]]
    var tokens: Int
    var outputs: Int
    var labels: [String]
    var tokeniser: Tokeniser?
    var origin: ModelFile.Origin
    var metrics: [Metric]
    var scores: [Split: [String: Double]]
    var settings: Value

    init(_ model: ModelFile) {
      (unroll, task, parameters, settings) = (model.unroll, model.task, model.parameterCount, model.settings)
      tensors = model.tensors.mapValues(\.shape)
      (tokens, outputs, labels) = (model.data.tokens, model.data.outputs, model.data.labels.names)
      (tokeniser, origin, metrics, scores) = (model.tokeniser, model.origin, model.metrics, model.scores)
    }
  }

  private static func reads(_ model: ModelFile) -> String {
    if let scales = model.data.scales { return "\(scales.inputs.count.counted("number")) a step" }
    return "\(model.data.tokens) tokens\(model.tokeniser.map { ", each a \($0.unit.rawValue)" } ?? "")"
  }

  private static func lines(_ model: ModelFile) -> [String] {
    let labels = model.data.labels.names
    let backend = model.settings["backend"]?["backend"]?.string ?? "an unknown backend"
    let origin = model.origin
    var lines = [
      "\(model.task) with \(backend), written by unroll \(model.unroll)",
      "  parameters  \(model.parameterCount) in \(model.tensors.count.counted("tensor"))",
      "  reads       \(reads(model))",
    ]
    if !labels.isEmpty {
      let more = labels.count > 8 ? ", …" : ""
      lines.append("  labels      \(labels.count): \(labels.prefix(8).joined(separator: ", "))\(more)")
    }
    if !origin.name.isEmpty {
      let title = origin.version.isEmpty ? origin.name : "\(origin.name) \(origin.version)"
      lines.append("  data        \(title); digest \(origin.digest.prefix(12)); licence: \(origin.licence)")
    }
    lines.append("  scores      \(model.scoreText)")
    if case .table(let tables) = model.settings {
      for (key, value) in tables.sorted(by: { $0.key < $1.key }) where key != "task" {
        lines.append("  \(key)\(String(repeating: " ", count: max(1, 12 - key.count)))\(value)")
      }
    }
    let width = model.tensors.keys.map(\.count).max() ?? 0
    return lines
      + model.tensors.sorted { $0.key < $1.key }.map { name, tensor in
        "  \(name)\(String(repeating: " ", count: width - name.count))  \(tensor.shape)"
      }
  }
}

/// A model file, the same for every command that reads one.
struct ModelArgument: ParsableArguments {
  @Argument(help: "A model file (`unroll train` writes one).", transform: Terminal.path) var model: String

  func read() throws -> ModelFile { try ModelFile(contentsOf: model) }
}
