import UnrollCore
import UnrollData
import UnrollLayers

extension ModelFile {
  /// Scores on the test split that the model was trained beside.
  ///
  /// - Parameters:
  ///   - location: where its data lie.
  ///   - reading: how labels that break their scheme are read; nil for any labels.
  /// - Throws: `InputError` for data that cannot be read, or are others.
  public func evaluate(_ location: DataLocation, spans reading: SpanReading? = nil) throws -> Evaluation {
    try testSplit(location).evaluate(reading)
  }

  /// Scores on other files of the same format, all of them together. Words are unseen where the model's vocabulary lacks them.
  ///
  /// - Parameters:
  ///   - files: texts with labels, or numbers, as its data have them.
  ///   - location: where a file of pretrained vectors is looked for, which is read again for the words of these files.
  ///   - reading: how labels that break their scheme are read; nil for any labels.
  ///   - note: told in a sentence how many words have no vector.
  /// - Throws: `InputError` for a file that cannot be read, or has a label that the model has not.
  public func evaluate(
    files: [String], _ location: DataLocation = DataLocation(roots: []), spans reading: SpanReading? = nil,
    note: (String) -> Void = { _ in }
  ) throws -> Evaluation {
    let split = try testSplit(files: files, location, note: note)
    do {
      return try split.evaluate(reading)
    } catch let error as InputError where error.file == nil {
      throw InputError(error.message, file: files.joined(separator: ", "))
    }
  }

  /// A test split, and the model that reads it, which knows the vectors of its words.
  struct TestSplit {
    let model: ModelFile
    let data: EncodedData
    let request: DataRequest
  }

  /// Of the data that it was trained on.
  func testSplit(_ location: DataLocation) throws -> TestSplit {
    let request = try request()
    let loaded: LoadedData
    do { loaded = try request.load(location) } catch let error as InputError {
      // What is missing has no place but the study that asked for it.
      let problem = error.file == origin.study ? error.message : "\(error)"
      throw InputError(
        "its own data cannot be read here (\(problem)); go where they are, or name files to score it on", file: file)
    }
    guard loaded.digest == origin.digest else {
      throw InputError(
        "the data \(loaded.name) are not those that the model was trained on (digest \(loaded.digest.prefix(12)), not \(origin.digest.prefix(12))); name files to score it on them",
        file: file)
    }
    let model = try recipe().model
    let encoded = try EncodedData(
      loaded, minimumCount: model.minimumCount, limit: model.vocabularyLimit, spelled: model.readsSpelling)
    return TestSplit(model: self, data: encoded, request: request)
  }

  /// Other files as its test split.
  func testSplit(files: [String], _ location: DataLocation, note: (String) -> Void) throws -> TestSplit {
    let request = try request()
    guard let vocabulary = data.vocabulary else {
      throw InputError("the model has no vocabulary, and reads no files", file: file)
    }
    let corpus = try request.heldOut(files, labels: data.labels)
    let words = corpus.distinctWords
    let informed = try withVectors(of: words, location)
    try (informed ?? self).remark(on: words, wereRead: informed != nil).map(note)
    let encoded = try EncodedData(
      corpus, vocabulary: vocabulary, targetVocabulary: data.targets, labels: data.labels, scales: data.scales,
      spelled: try recipe().model.readsSpelling)
    return TestSplit(model: informed ?? self, data: encoded, request: request)
  }

  /// What its study asked for.
  private func request() throws -> DataRequest {
    guard settings["data"] != nil else {
      throw InputError("the model does not say what data it was trained on, so nothing can be scored", file: file)
    }
    let source = origin.study.map { Setting(.table([]), file: $0, line: 1) }
    do {
      return try ResolvedSettings(settings, file: file ?? "").request(source)
    } catch let error as InputError { throw InputError(error.message, file: file) }
  }
}

extension ModelFile.TestSplit {
  /// The task on these data, and its batches as they are scored.
  func batches() throws -> (task: any Task, batches: [Batch]) {
    let task = try model.taskType().init(data, characters: request.isOfCharacters)
    let options = try model.placing {
      try ResolvedSettings(model.settings, file: model.file ?? "").training(request.kind)
    }
    return (task, task.batches(.test, options, nil))
  }

  func evaluate(_ reading: SpanReading?) throws -> Evaluation {
    let (task, batches) = try batches()
    guard reading == nil || task.spans != nil else {
      throw InputError("the model's labels do not say where spans begin and end", file: model.file)
    }
    var evaluation = try Evaluation.run(try model.network(), task, .test, batches, ShardWorker(parameters: 0))
    if let broken = evaluation.broken {
      throw InputError("the model's \(broken) is not finite on these data", file: model.file)
    }
    evaluation.spans = task.spanCounts(evaluation.predictions, reading ?? .lenient)
    if let spans = evaluation.spans { evaluation.scores.merge(spans.scores) { $1 } }
    return evaluation
  }
}
