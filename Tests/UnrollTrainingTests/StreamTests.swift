import CAllocations
import Testing
import UnrollCore
import UnrollKernels

@testable import UnrollChecks
@testable import UnrollLayers
@testable import UnrollTraining

/// Streams of models, and that a step of a stream asks for no memory.
@Suite struct StreamTests {
  /// A backend with options that change what its steps run, in a reading in which it can be built and streamed.
  struct Form: Sendable, CustomTestStringConvertible {
    let name: String
    let changes: [String: String]
    let reading: Reading

    var settings: BackendSettings {
      get throws {
        var settings = BackendSettings(try Backends.named(name).miniature)
        settings.stack.width = 12
        try settings.set(changes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        return settings
      }
    }

    var testDescription: String { "\(name) \(changes.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }), \(reading)" }
  }

  private static let forms: [Form] = Backends.all.flatMap { backend in
    [
      [:], ["layers": "2", "residual": "prenorm"], ["zoneout": "0.2", "recurrent_dropout": "0.3"], ["pooling": "mean"],
      ["pooling": "max", "residual": "prenorm"], ["pooling": "attention", "initial_state": "learned"],
    ].flatMap { changes in
      [Reading.causal, .everyStep, .summary].map { Form(name: backend.name, changes: changes, reading: $0) }
    }
  }.filter { (try? model($0.settings, $0.reading))?.backend.isCausal == true }

  private static func model(_ settings: BackendSettings, _ reading: Reading) throws -> SequenceNetwork {
    var options = ModelOptions()
    options.embedding = 7
    return try SequenceNetwork(
      NetworkRecipe(options, settings, reading, NetworkData(tokens: 11, outputs: 9)), random: RandomSource(seed: 5))
  }

  /// What a backend wrongly refused would be lost in silence.
  @Test(arguments: Backends.all.map { $0.name })
  func everyBackendHasItsForms(_ name: String) throws {
    let forms = Self.forms.filter { $0.name == name }
    func has(_ reading: Reading, _ changes: [String: String]) -> Bool {
      forms.contains { $0.reading == reading && $0.changes == changes }
    }
    #expect(has(.causal, [:]) && has(.causal, ["layers": "2", "residual": "prenorm"]))
    let options = try Backends.named(name).miniature
    let isCell = BackendSettings(options).keys.contains("zoneout")
    #expect(has(.causal, ["zoneout": "0.2", "recurrent_dropout": "0.3"]) == isCell)
    #expect(has(.summary, ["pooling": "mean"]) != options.poolsItself)
    #expect(has(.summary, ["pooling": "max", "residual": "prenorm"]) != options.poolsItself)
    let plain = try Form(name: name, changes: [:], reading: .causal).settings
    let learns = try Self.model(plain, .causal).backend.slots.contains(where: \.learnable)
    #expect(has(.summary, ["pooling": "attention", "initial_state": "learned"]) == (learns && !options.poolsItself))
  }

  /// Tokens of two sequences, step by step.
  private let tokens: [[Int32]] = (0..<Int32(100)).map { (step: Int32) -> [Int32] in
    [step * 7 % 11, (step * 5 + 3) % 11]
  }

  #if os(Linux)
    /// Calls for memory in steps 3…100.
    private func calls(_ step: ([Int32]) -> Void) -> Int {
      for first in tokens[..<2] { step(first) }
      let before = allocations()
      for later in tokens[2...] { step(later) }
      return allocations() - before
    }

    private static let counts = allocations() >= 0

    @Test(.enabled(if: counts, "only glibc's calls for memory can be counted")) func theCounterCounts() {
      let before = allocations()
      let buffer = Buffer(count: 1)
      let after = allocations()
      #expect(after > before && buffer.count == 1)
    }

    @Test(.enabled(if: counts, "only glibc's calls for memory can be counted"), arguments: forms)
    func aStepAsksForNoMemory(_ form: Form) throws {
      let model = try Self.model(form.settings, form.reading)
      let stream = try model.stream(sequences: 2)
      #expect(calls { stream.step($0) } == 0)

      // The same through `forward` does ask, so the count above can fail.
      let plain = ByForward(inner: model.backend).stream(2, model.parameters)
      #expect(calls { _ in plain.step() } > 0)
    }
  #endif

  /// After every token the probabilities of the model that has read the tokens so far as one sequence: the last of a tagger's or a
  /// language model's, those of a classifier.
  @Test(arguments: forms)
  func aStreamedModelIsTheModel(_ form: Form) throws {
    let model = try Self.model(form.settings, form.reading)
    let stream = try model.stream(sequences: 2)
    for round in 1...2 {
      stream.reset()
      for (step, pair) in tokens.enumerated() {
        let probabilities = stream.step(pair)
        Kernels.softmax(probabilities)
        guard [0, 1, 2, 7, 99].contains(step) else { continue }
        let worst = Contract.distance(probabilities.array, whole(model, step + 1))
        #expect(worst < 1e-4, "round \(round), step \(step)")
      }
    }
  }

  /// The last probabilities of a model after so many steps.
  private func whole(_ model: SequenceNetwork, _ length: Int) -> [Float] {
    let pass = Pass(
      PackedSteps(count: 2, length: length), parameters: model.parameters, gradients: Buffer(count: 0), arena: Arena(),
      mode: .evaluation)
    let targets = [Int32](repeating: 0, count: model.reading == .summary ? 2 : 2 * length)
    let batch = Batch(pass.steps, tokens: tokens[..<length].flatMap { $0 }, targets: targets)
    let probabilities = model.predict(batch, from: nil, pass).prediction.probabilities()
    return withExtendedLifetime(pass) { probabilities.rows(probabilities.rows - 2..<probabilities.rows).array }
  }

  @Test(arguments: [Reading.everyStep, .summary])
  func whatReadsTheWholeCannotBeStreamed(_ reading: Reading) throws {
    let both = Form(name: "lstm", changes: ["direction": "bidirectional"], reading: reading)
    let model = try Self.model(both.settings, reading)
    #expect { try model.stream() } throws: { "\($0)".contains("direction: forward") }
  }
}

/// Streams keep views of the parameters and what was made from them.
@Suite struct StaleStreamTests {
  @Test func parametersThatChanged() async {
    await #expect(processExitsWith: .success) { try StaleStreamTests.step(changing: false) }
    await #expect(processExitsWith: .failure) { try StaleStreamTests.step(changing: true) }
  }

  private static func step(changing: Bool) throws {
    let builder = ParameterBuilder(random: RandomSource(seed: 1))
    let layer = try BackendSettings(RNNOptions()).build(3, .causal, builder)
    let parameters = Parameters(builder)
    let stream = layer.stream(2, parameters)
    stream.step()
    if changing { parameters.changed() }
    stream.step()
  }
}

/// A layer without a stream of its own.
private struct ByForward: SequenceLayer {
  let inner: any SequenceLayer

  var inputWidth: Int { inner.inputWidth }
  var outputWidth: Int { inner.outputWidth }
  var slots: [StateSlot] { inner.slots }
  var multiplyAdds: Int { inner.multiplyAdds }

  func forward(_ x: Matrix, from state: [Matrix]?, _ pass: Pass) -> (output: SequenceOutput, pullback: SequencePullback)
  {
    inner.forward(x, from: state, pass)
  }
}
