import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

extension ModelFile {
  /// How much of its data a diagnosis reads.
  public struct DiagnosisSample: Sendable {
    /// Sequences, evenly spread over the test split.
    public var sequences = 32
    /// The last steps of each.
    public var steps = 256
    /// Of first values in the place of the trained ones: the network as it was before its training, or would be.
    public var freshSeed: UInt64?

    /// 32 sequences, the last 256 steps of each, with the trained values.
    public init() {}
  }

  /// What gradients do in it on its own test split, or on other files of the same format.
  ///
  /// - Parameters:
  ///   - location: where its data are looked for, and its file of pretrained vectors.
  ///   - files: of the same format as its data, read in the place of its test split; none for that.
  ///   - sample: which sequences, how many steps, and whether of fresh values.
  ///   - note: told in a sentence how many words have no vector.
  /// - Throws: `InputError` for data that cannot be read.
  public func diagnosis(
    _ location: DataLocation, files: [String] = [], _ sample: DiagnosisSample = DiagnosisSample(),
    note: (String) -> Void = { _ in }
  ) throws -> Diagnosis {
    let split = try files.isEmpty ? testSplit(location) : testSplit(files: files, location, note: note)
    let asked = try split.batches().batches.sample(sample.sequences, steps: sample.steps)
    guard !asked.isEmpty else {
      throw InputError(
        "no sequence of the test split asks for anything, so that there is no loss; name other files", file: file)
    }
    return Diagnosis(try split.model.sequenceNetwork(fresh: sample.freshSeed), asked)
  }

  /// What gradients do in it on one text: the loss is that of a language model for the text's last token, of others for their own answer.
  ///
  /// - Throws: `InputError` for a text without tokens, and a model that reads no text.
  public func diagnosis(of text: String, freshSeed: UInt64? = nil) throws -> TextDiagnosis {
    guard data.vocabulary != nil else {
      throw InputError("the model reads numbers, not text; it is diagnosed on its own data, or on files", file: file)
    }
    let network = try sequenceNetwork(fresh: freshSeed)
    let (tokens, asked, batch) = try Predictor(self).asked(text)
    return TextDiagnosis(tokens: tokens, asked: asked, Diagnosis(network, [batch]))
  }

  private func sequenceNetwork(fresh seed: UInt64?) throws -> SequenceNetwork {
    let made = try seed.map { seed in
      try taskType().network(
        try recipe(), ParameterBuilder(random: RandomSource(seed: seed).split("initial values")))
    }
    guard let network = (try made ?? self.network()) as? SequenceNetwork else {
      throw InputError("is no network over single sequences, which alone can be diagnosed", file: file)
    }
    return network
  }
}

/// A diagnosis of one text, and what stands at each of its steps.
public struct TextDiagnosis: Codable, Equatable, Sendable {
  /// One a step; the last stands at distance 0.
  public let tokens: [String]
  /// The token or label whose loss it is.
  public let asked: String
  /// Of a batch of one: this text.
  public let diagnosis: Diagnosis

  init(tokens: [String], asked: String, _ diagnosis: Diagnosis) {
    (self.tokens, self.asked, self.diagnosis) = (tokens, asked, diagnosis)
  }
}

extension Predictor {
  /// The tokens that the network reads of a text, what is asked for at the end, and both as a batch: of a language model the text's last
  /// token (it reads those before), of others what the model answers itself.
  func asked(_ text: String) throws -> (tokens: [String], asked: String, batch: Batch) {
    let tokens = tokeniser.tokens(text)
    if task.kind == .text {
      let all = edge + tokens.map(vocabulary.id)
      guard let batch = StreamBatcher(tokens: all).batches(columns: 1, chunk: all.count).first else {
        throw InputError("the text has no token that follows another")
      }
      return (Array((edge.map { vocabulary.tokens[Int($0)] } + tokens).dropLast()), tokens[tokens.count - 1], batch)
    }
    guard !tokens.isEmpty else { throw InputError("the text has no tokens") }
    var batch = try batch(text)
    let prediction = worker.evaluate(network, batch)
    try requireFinite(prediction)
    batch.targets = prediction.classes
    return (tokens, model.data.labels[batch.targets[batch.targets.count - 1]], batch)
  }
}
