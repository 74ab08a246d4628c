import UnrollCore
import UnrollData
import UnrollLayers

/// A trained model as a value: enough to use it without the study and the data that it comes from.
///
/// On disk it is one safetensors file: the tensors under their names, everything else in its metadata (`ModelFile+Metadata.swift`).
///
///     let model = try ModelFile(contentsOf: "trec-gru.safetensors")
///     print(try Predictor(model).predict("how far is it to Aspen ?").labels)
public struct ModelFile: Sendable {
  /// The version of the program that made it.
  public let unroll: String
  /// The name of its task.
  public let task: String
  /// Resolved settings as in a record: `backend` with its width, `model`, `task`; of a run also `data`, `training` and `seed`.
  public private(set) var settings: Value
  /// The tables of its inputs and outputs.
  public internal(set) var data: NetworkData
  /// How a line of text becomes its tokens; nil where it reads none.
  public let tokeniser: Tokeniser?
  /// The same of the texts that it writes; nil where it writes none.
  public let targetTokeniser: Tokeniser?
  /// What it was trained on; may be empty.
  public var origin: Origin
  /// The first is the primary metric.
  public var metrics: [Metric]
  /// Split to metric name to value.
  public var scores: [Split: [String: Double]]
  /// All parameters by name, in PyTorch's layouts.
  public var tensors: [String: SafeTensors.Tensor]
  /// Where it was read, for complaints.
  var file: String?

  /// The data that it was trained on.
  public struct Origin: Codable, Equatable, Sendable {
    /// Of the data set.
    public var name = ""
    /// Empty for a study's own files.
    public var version = ""
    /// In the words of the data's publisher.
    public var licence = ""
    /// Of the data; empty where nobody took one.
    public var digest = ""
    /// The study that asks for files of its own, whose paths begin beside it; nil where there is none.
    public var study: String?

    /// Data of which nothing is known.
    public init() {}
  }

  /// - Parameters:
  ///   - network: trained.
  ///   - recipe: what it was made from.
  ///   - task: that it was trained on.
  ///   - tokeniser: of the texts that it reads.
  ///   - targetTokeniser: of those that it writes.
  ///   - settings: what else is to be kept of its run, as in a record.
  public init(
    _ network: any Network, _ recipe: NetworkRecipe, _ task: any Task.Type, tokeniser: Tokeniser?,
    targetTokeniser: Tokeniser? = nil, settings: [String: Value] = [:]
  ) {
    let own: [String: Value] = [
      "backend": recipe.backend.resolved, "model": .table(recipe.model.recorded),
      "task": .table(["name": .string(task.name), "version": .integer(task.version)]),
    ]
    self.settings = .table(settings.merging(own) { $1 })
    (unroll, self.task, data, self.tokeniser) = (Version.text, task.name, recipe.data, tokeniser)
    self.targetTokeniser = targetTokeniser
    (origin, metrics, scores, tensors) = (Origin(), [], [:], network.parameters.tensors)
  }

  init(
    unroll: String, task: String, settings: Value, data: NetworkData, tokeniser: Tokeniser?,
    targetTokeniser: Tokeniser?,
    origin: Origin, metrics: [Metric], scores: [Split: [String: Double]], tensors: [String: SafeTensors.Tensor]
  ) {
    (self.unroll, self.task, self.settings, self.data) = (unroll, task, settings, data)
    (self.tokeniser, self.targetTokeniser, self.origin) = (tokeniser, targetTokeniser, origin)
    (self.metrics, self.scores, self.tensors) = (metrics, scores, tensors)
  }

  /// The same model, which searches otherwise for what it writes.
  ///
  /// - Parameter beam: hypotheses side by side; 1 takes the most probable token at every step.
  /// - Throws: `InputError` for a model that writes no texts, and a beam that cannot be.
  public func searching(beam: Int) throws -> ModelFile {
    guard try taskType().writes, case .table(var all) = settings, case .table(var model)? = all["model"] else {
      throw InputError("a model for \(task) writes no texts, so there is no beam; leave it out", file: file)
    }
    model["beam"] = .integer(beam)
    all["model"] = .table(model)
    var other = self
    other.settings = .table(all)
    _ = try other.recipe()
    return other
  }

  /// Numbers in all tensors together.
  public var parameterCount: Int { tensors.values.reduce(0) { $0 + $1.values.count } }
}
