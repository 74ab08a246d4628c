import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers
import UnrollSystem
import UnrollTraining

/// Makes one run in this process: data → network → training → record.
public struct CellRun {
  private let request: RunRequest
  private let location: DataLocation
  private let jobs: Int?
  private let endsOnSignals: Bool

  private var cell: StudyCell { request.cell }

  /// - Parameters:
  ///   - request: what is run.
  ///   - location: where its data lie.
  ///   - jobs: how many runs may go on at the same time, for the record.
  ///   - endsOnSignals: whether signals that end a process only end training, with a checkpoint.
  public init(_ request: RunRequest, _ location: DataLocation, jobs: Int? = nil, endsOnSignals: Bool = false) {
    self.request = request
    self.location = location
    self.jobs = jobs
    self.endsOnSignals = endsOnSignals
  }

  /// What a run leaves.
  public struct Outcome {
    /// Scores, curve, cost: what reports are made from.
    public var record: RunRecord
    /// Of the test split; nil where training broke before it.
    public let predictions: Answers?
    /// The trained model; nil where training broke.
    public let model: (() -> ModelFile)?
  }

  /// - Parameter progress: told the fraction of the training that is done.
  /// - Throws: `InputError` for data that cannot be read or are not those of the request, and settings that cannot be met.
  public func run(progress: @escaping (Double) -> Void = { _ in }) throws -> Outcome { try run(nil, progress) }

  /// What the run reads, with a summary, and the digest of it and of the inputs' own files. What was loaded is gone when training begins.
  private func data() throws -> (EncodedData, InputTables, RunRecord.DataSummary, digest: String) {
    let loaded = try cell.request.load(location)
    let tables = try cell.tables(loaded, location)
    let digest = tables.digest(with: loaded.digest)
    guard try cell.identity(dataDigest: digest) == request.identity else {
      throw InputError("its data or settings are not those it was started with; run the study again")
    }
    let encoded = try EncodedData(
      loaded, minimumCount: cell.model.minimumCount, limit: cell.model.vocabularyLimit,
      spelled: cell.model.readsSpelling)
    let remarks = loaded.remarks + tables.remarks
    let targets = encoded.targetVocabulary
    var summary = RunRecord.DataSummary(
      name: loaded.name, version: loaded.version, licence: loaded.licence, digest: loaded.digest,
      sizes: loaded.corpus.sizes, vocabulary: encoded.vocabulary.count, classes: 0,
      remarks: remarks.isEmpty ? nil : remarks,
      unknownShares: targets == nil ? encoded.corpus.unknownShares : encoded.corpus.unknownSourceShares)
    if let targets {
      (summary.targetVocabulary, summary.unknownTargetShares) = (targets.count, encoded.corpus.unknownShares)
    }
    return (encoded, tables, summary, digest)
  }

  private func run(_ checkpointer: RunCheckpointer?, _ progress: @escaping (Double) -> Void) throws -> Outcome {
    let start = ContinuousClock.now
    let (encoded, tables, summary, digest) = try data()
    var outcome = try train(cell.task, encoded, tables, summary, checkpointer, progress)
    outcome.record.data.digest = digest
    outcome.record.cost.seconds = checkpointer?.seconds ?? (ContinuousClock.now - start).seconds
    outcome.record.cost.peakMemory = Machine.peakMemory
    outcome.record.environment.load = Machine.load
    return outcome
  }

  /// Runs and leaves a record: of the scores, or of what went wrong, unless an earlier run has left scores. Until then checkpoints
  /// lie beside it, and a run that did not come to its end goes on from the last one.
  ///
  /// - Parameters:
  ///   - store: takes record, predictions, model and checkpoints.
  ///   - keep: whether it leaves its model, too.
  ///   - checkpointInterval: seconds from one checkpoint to the next; nil for the usual ones.
  ///   - progress: told the fraction that is done.
  ///   - note: told in a sentence where it goes on, or why it does not, and that its model cannot be written.
  /// - Returns: what went wrong.
  /// - Throws: `InputError` where what went wrong cannot be written.
  public func run(
    into store: RecordStore, keep: KeptModels = .none, checkpointInterval: Double? = nil,
    progress: @escaping (Double) -> Void = { _ in }, note: @escaping (String) -> Void = { _ in }
  ) throws -> InputError? {
    let checkpointer = RunCheckpointer(
      store, request.identity, interval: checkpointInterval, endsOnSignals: endsOnSignals, stop: request.stop,
      note: note)
    defer { checkpointer.end() }
    do {
      let outcome = try run(checkpointer, progress)
      try store.write(outcome, keep: keep, note: note)
      if outcome.record.status != .stopped { try store.removeCheckpoint(of: request.identity) }
      return nil
    } catch let end as RunCheckpointer.Interrupted {
      return InputError(end.sentence)
    } catch let error as InputError {
      let earlier = store.contains(request.identity) ? try? store.read(request.identity) : nil
      if earlier?.hasEnded != true {
        try store.write(.failure(of: request, error.description, jobs: jobs))
      }
      return error
    }
  }

  private func train(
    _ type: (some Task).Type, _ encoded: EncodedData, _ tables: InputTables, _ summary: RunRecord.DataSummary,
    _ checkpointer: RunCheckpointer?, _ progress: @escaping (Double) -> Void
  ) throws -> Outcome {
    let task = try type.init(encoded, characters: cell.request.isOfCharacters)
    let selected = task.metrics.filter { $0.name == cell.training.select }
    let metrics = selected + task.metrics.filter { !selected.contains($0) }
    guard cell.training.select.isEmpty || !selected.isEmpty else {
      let isOfSpans = [Metric.spanF1, .spanPrecision, .spanRecall].contains { $0.name == cell.training.select }
      throw InputError(
        isOfSpans
          ? "training.select: there is no \(cell.training.select), since the labels are no BIO, IOB1 or BIOES; there is \(metrics.map(\.name).joined(separator: ", "))"
          : "training.select: \(Suggestion.unknown("metric", cell.training.select, known: metrics.map(\.name)))")
    }
    var data = task.data(of: encoded)
    data.vectors = tables.vectors
    let recipe = try sized(NetworkRecipe(cell.model, cell.backend, type.reading, data), type)
    let random = RandomSource(seed: UInt64(cell.cell.seed))
    try TrainingMemory.require(parameters: try type.parameterCount(recipe, withFrozen: true), "the model")
    let network = try type.network(recipe, ParameterBuilder(random: random.split("initial values")))
    let before = diagnosis(network, task)
    let (epochs, baseline) = (Double(cell.training.epochs), task.baseline())
    let trainer = Trainer(
      network, task, cell.training, random: random.split("training"), checkpointer: checkpointer
    ) { point in
      checkpointer?.evaluated = point.epoch
      progress(point.epoch / epochs)
    }
    checkpointer?.begin(trainer)
    let outcome = try trainer.train()
    if outcome.isInterrupted, checkpointer?.hasStopped != true {
      throw RunCheckpointer.Interrupted(epochs: outcome.epochs, isKept: checkpointer?.isKept == true)
    }
    var record = record(network, metrics, recipe.backend, outcome, baseline, summary)
    record.data.classes = task.classes
    if !data.remarks.isEmpty { record.data.remarks = (summary.remarks ?? []) + data.remarks }
    if outcome.isInterrupted { return Outcome(record: record, predictions: nil, model: nil) }
    if outcome.divergence == nil {
      record.cost.stepMicroseconds = try? network.stream(sequences: 1).stepMicroseconds(encoded)
    }
    if let before {
      let after = outcome.divergence == nil ? diagnosis(network, task) : nil
      record.diagnosis = RunRecord.TrainingDiagnosis(before: before, after: after, broken: outcome.gradients)
    }
    if let test = outcome.test {
      record.items = test.items()
      if encoded.labels.count > 0 { record.confusion = Confusion(test, names: encoded.labels.names) }
      record.spans = task.spanCounts(test, .lenient)
      record.calibration = Calibration(test)
      let breakdowns = Breakdown.all(test, encoded, metrics)
      if !breakdowns.isEmpty { record.breakdowns = breakdowns }
    }
    let isWhole = outcome.divergence == nil
    return Outcome(
      record: record, predictions: outcome.test.map(task.answers),
      model: isWhole ? { [record] in model(network, recipe, type, record) } : nil)
  }

  private func diagnosis(_ network: any Network, _ task: any Task) -> Diagnosis? {
    guard cell.training.diagnosis else { return nil }
    return Diagnosis(network, development: task.batches(.development, cell.training, nil))
  }

  private func model(
    _ network: any Network, _ recipe: NetworkRecipe, _ task: any Task.Type, _ record: RunRecord
  ) -> ModelFile {
    guard case .table(let settings) = cell.resolved else { preconditionFailure("settings are tables") }
    var model = ModelFile(
      network, recipe, task, tokeniser: cell.request.tokeniser,
      targetTokeniser: cell.request.targetTokeniser, settings: settings)
    let data = record.data
    (model.origin.name, model.origin.version, model.origin.licence) = (data.name, data.version, data.licence)
    (model.origin.digest, model.origin.study) = (data.digest, cell.source?.file)
    (model.metrics, model.scores) = (record.metrics, record.scores)
    return model
  }

  /// The recipe with the backend's width, given or solved from the budget.
  private func sized(_ recipe: NetworkRecipe, _ task: (some Task).Type) throws -> NetworkRecipe {
    guard case .budget(let budget) = cell.size else { return recipe }
    var recipe = recipe
    let inputs = try recipe.model.inputs.map { try $0.make(recipe, .counting()).width }
    recipe.backend.stack.width = try WidthSolver.width(
      budget: budget, step: recipe.backend.options.widthStep, special: inputs.reduce(0, +)
    ) { [recipe] width in
      var trial = recipe
      trial.backend.stack.width = width
      // Whether there is a state does not hang on the width, and was asked before.
      return try task.amount(of: budget.quantity, trial) ?? 0
    }
    return recipe
  }

  private func record(
    _ network: any Network, _ metrics: [Metric], _ backend: BackendSettings, _ outcome: TrainingOutcome,
    _ baseline: (name: String, scores: [String: Double]), _ data: RunRecord.DataSummary
  ) -> RunRecord {
    var record = RunRecord.empty(request, outcome.isInterrupted ? .stopped : .finished, jobs: jobs)
    record.data = data
    (record.metrics, record.curve, record.bestEpoch) = (metrics, outcome.curve, outcome.bestEpoch)
    record.scores = outcome.scores
    (record.baseline, record.baselineScores) = baseline
    if let divergence = outcome.divergence {
      record.status = .diverged
      record.failure = RunRecord.Failure(
        message: divergence.sentence, step: divergence.step, tensor: divergence.tensor, split: divergence.split)
    }
    record.cost = cost(network, backend, outcome)
    let measurements = outcome.isInterrupted ? [:] : network.measurements()
    if !measurements.isEmpty { record.measurements = measurements }
    record.groups = network.parameters.groups.enumerated().map { index, group in
      RunRecord.Group(treatment: group, count: network.parameters.ranges(ofGroup: index).reduce(0) { $0 + $1.count })
    }
    return record
  }

  private func cost(_ network: any Network, _ backend: BackendSettings, _ outcome: TrainingOutcome) -> RunRecord.Cost {
    var cost = RunRecord.Cost.none
    cost.parameters = network.parameters.trainedCount
    if case .budget(let budget) = cell.size { cost.budget = budget }
    cost.width = backend.stack.width
    cost.stateFloats = network.measuredStateFloats()
    cost.multiplyAddsPerToken = network.multiplyAddsPerToken
    cost.trainingTokensPerSecond = outcome.trainingTokensPerSecond
    cost.inferenceTokensPerSecond = outcome.inferenceTokensPerSecond
    return cost
  }
}

extension RunRecord {
  /// A record of a run of which there is nothing but what went wrong.
  static func failure(of request: RunRequest, _ message: String, jobs: Int?) -> RunRecord {
    var record = empty(request, .failed, jobs: jobs)
    record.failure = Failure(message: message, step: nil, tensor: nil)
    return record
  }

  /// A record with nothing measured yet.
  static func empty(_ request: RunRequest, _ status: Status, jobs: Int?) -> RunRecord {
    let cell = request.cell
    var environment = Machine.environment
    environment.jobs = jobs
    return RunRecord(
      format: currentFormat, study: cell.study, question: cell.question, cell: cell.cell, order: cell.order,
      identity: request.identity, status: status, failure: nil, settings: cell.resolved,
      data: DataSummary(
        name: cell.request.name, version: "", licence: "", digest: "", sizes: [:], vocabulary: 0, classes: 0),
      metrics: [], curve: [], bestEpoch: nil, scores: [:], baseline: "", baselineScores: [:], cost: .none, groups: [],
      environment: environment)
  }
}

extension RunRecord.Cost {
  static let none = RunRecord.Cost(
    parameters: 0, width: 0, stateFloats: nil, multiplyAddsPerToken: 0,
    trainingTokensPerSecond: 0,
    inferenceTokensPerSecond: 0, peakMemory: 0, seconds: 0)
}
