import UnrollCore
import UnrollData
import UnrollLayers

/// The file. Its metadata are texts: three plain ones, the others JSON with sorted keys.
///
///     format    1
///     unroll    0.1.0
///     task      tagging
///     settings  {"backend": {"backend": "gru", "width": 64, …}, "data": …, "model": …, "training": …, "task": …, "seed": 1}
///     data      {"tokens": 1201, "outputs": 17, "vocabulary": {"tokens": ["<unk>", …], "counts": […]}, "labels": […], …}
///     tokeniser {"unit": "word", "rule": "spaces", "lowercase": false, "lineToken": "<eos>"}
///     targets   {"unit": "word", …}, of a model that writes texts
///     origin    {"name": "ud-ewt", "version": …, "licence": …, "digest": …}
///     metrics   [{"name": "accuracy", "higherIsBetter": true, "unit": "percent"}]
///     scores    {"development": {"accuracy": 0.93}, …}
extension ModelFile {
  /// The layout; raise it when an older program could not read the file.
  public static let currentFormat = 1

  /// Writes the file whole or not at all; `init(contentsOf:)` reads it.
  ///
  /// - Throws: `InputError` where it cannot be written.
  public func write(to path: String) throws { try Files.write(try encoded(), to: path) }

  /// The file's bytes: equal models have equal ones.
  ///
  /// - Throws: for a number of the metadata that is not finite, which JSON has not.
  public func encoded() throws -> [UInt8] {
    func text(_ value: some Encodable) throws -> String { String(decoding: try value.json(), as: UTF8.self) }
    var metadata = ["format": "\(ModelFile.currentFormat)", "unroll": unroll, "task": task]
    metadata["settings"] = try text(settings)
    metadata["data"] = try text(data)
    metadata["tokeniser"] = try tokeniser.map { try text($0) }
    metadata["targets"] = try targetTokeniser.map { try text($0) }
    metadata["origin"] = try text(origin)
    metadata["metrics"] = try text(metrics)
    metadata["scores"] = try text(scores)
    return try SafeTensors(tensors: tensors, metadata: metadata).encoded()
  }

  /// - Throws: `InputError`, one sentence, for a file that is damaged, of a newer program, or no model.
  public init(contentsOf path: String) throws { try self.init(try Files.read(path), file: path) }

  /// - Parameters:
  ///   - bytes: of a whole file.
  ///   - file: where they come from, for complaints.
  /// - Throws: as `init(contentsOf:)`.
  public init(_ bytes: [UInt8], file: String) throws {
    do {
      let whole = try SafeTensors(bytes)
      let metadata = whole.metadata
      guard let format = metadata["format"].flatMap({ Int($0) }), format > 0, let unroll = metadata["unroll"],
        let task = metadata["task"]
      else {
        throw InputError(
          "holds tensors, but no model of unroll (`unroll train` makes one): it lacks format, unroll or task")
      }
      guard format <= ModelFile.currentFormat else { throw InputError.newer(format: format, file: file) }
      self.init(
        unroll: unroll, task: task, settings: try ModelFile.value(metadata, "settings"),
        data: try ModelFile.value(metadata, "data"),
        tokeniser: metadata["tokeniser"] == nil ? nil : try ModelFile.value(metadata, "tokeniser"),
        targetTokeniser: metadata["targets"] == nil ? nil : try ModelFile.value(metadata, "targets"),
        origin: try ModelFile.value(metadata, "origin"), metrics: try ModelFile.value(metadata, "metrics"),
        scores: try ModelFile.value(metadata, "scores"), tensors: whole.tensors)
      try requireTables()
      self.file = file
    } catch let error as InputError { throw InputError(error.message, file: file) }
  }

  private static func value<Content: Decodable>(_ metadata: [String: String], _ key: String) throws -> Content {
    guard let text = metadata[key] else { throw InputError("is damaged: its metadata lack \(key)") }
    do { return try Content(json: Array(text.utf8)) } catch let error as DecodingError {
      throw InputError("is damaged: \(key) of its metadata cannot be read (\(error.sentence))")
    }
  }

  /// Sizes that are far from any memory would end in no sentence.
  private func requireTables() throws {
    let most = Int(Int32.max)
    guard (1...most).contains(data.tokens), (1...most).contains(data.outputs),
      data.vocabulary.map({ $0.count == data.tokens }) ?? true, [0, data.outputs].contains(data.labels.count),
      [0, data.outputs].contains(data.outputCounts.count),
      data.scales.map({ !$0.inputs.isEmpty && [0, data.outputs].contains($0.targets.count) }) ?? true,
      data.spans == nil || data.labels.count > 0 && data.labels.names.allSatisfy({ SpanTag($0) != nil }),
      (data.invalidTransitions ?? []).allSatisfy({ step in
        [step.from, step.to].allSatisfy { $0.map { (0..<data.outputs).contains($0) } ?? true }
      }),
      data.targets.map({ $0.count == data.outputs && $0.id(Vocabulary.end) != Vocabulary.unknownID }) ?? true,
      (try? taskType().writes) != true || data.targets != nil,
      // What a language model says is a token.
      (try? taskType().kind) != .text || data.outputs == data.tokens
    else { throw InputError("is damaged: data of its metadata contradict themselves") }
  }
}
