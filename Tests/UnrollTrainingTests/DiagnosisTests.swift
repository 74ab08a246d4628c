import Foundation
import Testing
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// What gradients do, beside PyTorch and numpy, closed forms, differences and whole sequences.
@Suite struct DiagnosisTests {
  /// scripts/reference/diagnosis.py
  private struct Cases: Decodable {
    struct Spectrum: Decodable { let size: Int, matrix: [Double], radius: Double, singular: [Double] }
    struct Network: Decodable {
      let backend: String, steps, input, width, classes: Int, target: Int32
      let norms: [String: [Double]], distances: [Int], singular: [Double], radius: Double, weights: [Double]
      struct Gate: Decodable { let mean: Double, shut: Double, open: Double }
      let gates: [String: Gate]
      let tensors: [String: [Float]]
    }
    let spectra: [Spectrum], networks: [Network]
  }

  private static var cases: Cases {
    get throws {
      let file = Bundle.module.resourceURL!.appendingPathComponent("Cases/diagnosis.json")
      return try JSONDecoder().decode(Cases.self, from: Data(contentsOf: file))
    }
  }

  @Test func spectraAreThoseOfNumpy() throws {
    let spectra = try DiagnosisTests.cases.spectra
    for one in spectra {
      let scale = one.singular[0]
      // The eigenvalue of a Jordan block of six is known to the sixth root of the last digit.
      #expect(abs(Kernels.spectralRadius(one.matrix, size: one.size) - one.radius) <= 5e-3 * one.radius)
      let ours = Kernels.singularValues(one.matrix, size: one.size)
      #expect(ours.count == one.size && zip(ours, one.singular).allSatisfy { abs($0 - $1) <= 1e-13 * scale })
    }
    #expect(spectra.count == 8)
    #expect(Kernels.spectralRadius([.nan], size: 1).isNaN && Kernels.singularValues([.infinity], size: 1).isEmpty)
  }

  @Test func networksAreThoseOfPyTorch() throws {
    let networks = try DiagnosisTests.cases.networks
    for one in networks {
      let network = try DiagnosisTests.network(
        try Small.backend(one.backend, width: one.width), tokens: one.steps, input: one.input, classes: one.classes)
      for (name, values) in one.tensors {
        network.parameters.value(try #require(network.parameters.named(name))).assign(values)
      }
      network.parameters.changed()
      let batch = Batch(
        PackedSteps(count: 1, length: one.steps), tokens: (0..<Int32(one.steps)).map { $0 }, targets: [one.target])
      let ours = Diagnosis(network, [batch])
      #expect(Set(ours.gradients.map(\.name)) == Set(one.norms.keys))
      for reach in ours.gradients {
        let theirs = one.norms[reach.name]!
        #expect(reach.norms.count == theirs.count, "\(one.backend) \(reach.name)")
        for (norm, their) in zip(reach.norms, theirs) { #expect(abs(norm - their) < 2e-5 * theirs.max()!) }
      }
      let jacobian = try #require(ours.jacobian)
      #expect(jacobian.distances == one.distances)
      #expect(abs(jacobian.spectralRadius - one.radius) < 1e-5 * one.radius)
      for (value, their) in zip(jacobian.singularValues, one.singular) { #expect(abs(value - their) < 1e-4 * their) }
      #expect(ours.stateSize == jacobian.size && ours.recurrences.count == one.weights.count)
      for (own, their) in zip(ours.recurrences, one.weights) { #expect(abs(own.spectralRadius - their) < 1e-5 * their) }
      #expect(ours.gates.count == one.gates.count)
      for (name, their) in one.gates {
        let own = try #require(ours.gates.first { $0.name.hasSuffix(" \(name)") })
        #expect(abs(own.mean - their.mean) < 1e-5 && own.shut == their.shut && own.open == their.open)
      }
    }
    // Some gates of the cases are shut, and some are open.
    let gates = networks.flatMap(\.gates.values)
    #expect(gates.contains { $0.shut > 0 } && gates.contains { $0.open > 0 })
    #expect(networks.count == 3)
  }

  /// Of h_t = λ Q h_{t−1} + W x_t + b with Q orthogonal everything is a power of λ.
  @Test(arguments: [0.5, 1, 1.25])
  func linearNetworks(factor: Double) throws {
    var options = RNNOptions()
    (options.activation, options.recurrent.recurrentGain) = (.identity, factor)
    var backend = BackendSettings(options)
    backend.stack.width = 7
    let network = try DiagnosisTests.network(backend, tokens: 11, input: 6, classes: 3)
    let ours = Diagnosis(network, [DiagnosisTests.batch([40, 40, 23, 1], tokens: 11, classes: 3)])
    for reach in ours.gradients {
      #expect(reach.shares.count == (reach.name == "h" ? 39 : 40))
      for (distance, share) in reach.shares.enumerated() where reach.name == "h" {
        #expect(abs(share / pow(factor, Double(distance)) - 1) < 1e-4)
      }
      // 2⁻⁷ is the first power of a half below a hundredth; W is no multiple of an orthogonal matrix.
      if reach.name == "h" { #expect(reach.memory == (factor < 1 ? 7 : nil)) }
      // Of a sequence of one step there is no state before it.
      let lengths = reach.name == "h" ? [39, 39, 22] : [40, 40, 23, 1]
      #expect(reach.sequences == reach.shares.indices.map { distance in lengths.count { $0 > distance } })
    }
    #expect(ours.recurrences.count == 1 && abs(ours.recurrences[0].spectralRadius - factor) < 1e-5)
    let jacobian = try #require(ours.jacobian)
    #expect(jacobian.distances == [1, 2, 4, 8, 16, 32, 39] && jacobian.size == 7)
    #expect(abs(try #require(jacobian.growth) - factor) < 1e-5)
    #expect(abs(jacobian.spectralRadius - factor) < 1e-5)
    for (distance, value) in zip(jacobian.distances, jacobian.singularValues) {
      #expect(abs(value / pow(factor, Double(distance)) - 1) < 1e-4)
    }
  }

  /// Step by step the input has the gradients that it has when sequences are run as wholes, whatever the backend and whoever reads it.
  @Test(arguments: Small.backends, [Reading.summary, .causal])
  func stepsAreTheWhole(_ name: String, reading: Reading) throws {
    var backend = try Small.backend(name, width: 6, miniature: true)
    backend.stack.layers = 2
    let network = try DiagnosisTests.network(backend, tokens: 9, input: 5, classes: 3, reading)
    let batch = DiagnosisTests.batch([7, 5, 5, 2, 1], tokens: 9, classes: 3, reading)
    func input(_ unfolding: Unfolding) -> GradientReach {
      var samples = ReachSamples()
      samples.add(unfolding)
      #expect(unfolding.slots.isEmpty == (samples.reaches.count == 1))
      // What all slots have together is what each has.
      if let whole = samples.reaches.first(where: { $0.name == "state" }), reading == .summary {
        let first = samples.reaches.dropFirst(2).map { $0.norms[0] }
        #expect(whole.norms[0] <= first.reduce(0, +) * 1.0001 && whole.norms[0] >= first.max()! * 0.9999)
      }
      return samples.reaches[0]
    }
    let (steps, whole) = (input(Unfolding(network, batch)), input(Unfolding(network, batch, inOnePiece: true)))
    #expect(steps.sequences == whole.sequences && whole.sequences == [5, 4, 3, 3, 3, 1, 1])
    for (ours, theirs) in zip(steps.norms, whole.norms) { #expect(abs(ours - theirs) < 1e-3 * whole.norms[0]) }
    #expect(Set(whole.norms).count > 1)
    let all = Diagnosis(network, [batch])
    #expect(all.gradients[0] == steps && all.gates.allSatisfy { (0...1).contains($0.mean) })
    #expect(try Diagnosis(json: try all.json()) == all)
  }

  /// How much stands of each kind for one layer.
  @Test(
    arguments: [
      ("rnn", 1, 0, 0), ("residual-rnn", 1, 0, 0), ("highway-rnn", 2, 1, 0), ("lstm", 4, 3, 0),
      ("layer-norm-lstm", 4, 3, 0), ("slstm", 4, 1, 0), ("gru", 3, 2, 0), ("min-gru", 0, 1, 0), ("min-lstm", 0, 1, 0),
      ("ssm", 0, 0, 1), ("s4d", 0, 0, 1), ("lru", 1, 0, 0), ("selective-ssm", 0, 1, 0), ("mamba", 0, 1, 0),
      ("averaging", 0, 0, 0),
    ])
  func layersShowThemselves(_ name: String, recurrences: Int, gates: Int, kernels: Int) throws {
    let network = try DiagnosisTests.network(
      try Small.backend(name, width: 4, miniature: true), tokens: 9, input: 5, classes: 3)
    let all = Diagnosis(network, [[7, 3], [5, 4]].map { DiagnosisTests.batch($0, tokens: 9, classes: 3) })
    #expect(all.recurrences.count == recurrences && all.gates.count == gates && all.kernels.count == kernels)
    #expect(all.kernels.allSatisfy { $0.norms.count == 7 } && all.attention.isEmpty)
    #expect(all.sequences == 4 && all.shortest == 3 && all.longest == 7)
  }

  @Test func viewsByHand() throws {
    func part(_ kind: Inspection.Kind, _ rows: [[Float]]) -> Inspection.Part {
      let (inspection, arena) = (Inspection(), Arena())
      let matrix = arena.matrix(rows.count, rows[0].count)
      matrix.assign(rows.flatMap { $0 })
      inspection.show(kind, "backend.a", matrix)
      return withExtendedLifetime(arena) { inspection.parts[0] }
    }
    let kernel = try #require(KernelView(part(.kernel, [[3, 0, 0.3, 0], [4, 0, 0.4, 0]])))
    #expect(kernel.memory == 3 && kernel.norms[0] == 5 && abs(kernel.norms[2] - 0.5) < 1e-6 && kernel.name == "a")
    #expect(KernelView(part(.kernel, [[3, 1]]))?.memory == nil)
    let gate = try #require(
      GateView("g", [part(.gate, [[0.01, 0.5, 0.99]]), part(.gate, [[0.05, 0.95, 0.97]])]))
    #expect(gate.shut == 1 / 6.0 && gate.open == 2 / 6.0 && abs(gate.mean - 3.47 / 6) < 1e-6)
    #expect(GateView("g", [part(.gate, [[.nan]])]) == nil)
    let blocks = part(.recurrence, [[0, 1], [1, 0], [0.5, 7], [0, -2]])
    #expect(abs(try #require(RecurrenceView(blocks)).spectralRadius - 2) < 1e-12)
    #expect(AttentionView(part(.attention, [[1, 0], [0.25, 0.75]])).weights == [0.75, 0.25])
  }

  /// ∂L/∂h_t beside differences of the loss when h_t is moved.
  @Test(arguments: ["rnn", "lstm", "gru", "highway-rnn", "min-gru", "s4d", "selective-ssm"])
  func gradientsAreDifferences(_ name: String) throws {
    let network = try DiagnosisTests.network(
      try Small.backend(name, width: 4, miniature: true), tokens: 9, input: 5, classes: 3)
    let batch = DiagnosisTests.batch([6], tokens: 9, classes: 3)
    let reaches = Diagnosis(network, [batch]).gradients
    for distance in [0, 2, 4] {
      let expected = DiagnosisTests.differences(network, batch, distance)
      for (slot, norm) in zip(network.backend.slots, expected) where slot.carriesGradient {
        let ours = try #require(reaches.first { $0.name == slot.name }).norms[distance]
        #expect(abs(ours - norm) < 0.02 * norm + 2e-4, "\(name) \(slot.name), \(distance) steps before")
      }
    }
  }

  /// Norms of the gradients of the last step's loss by the state that stands before step T − `distance`, by central differences.
  private static func differences(_ network: SequenceNetwork, _ batch: Batch, _ distance: Int) -> [Double] {
    let (length, arena) = (batch.steps.steps, Arena())
    func pass(_ steps: Int) -> Pass {
      Pass(
        PackedSteps(count: 1, length: steps), parameters: network.parameters, gradients: Buffer(count: 0), arena: arena,
        mode: .evaluation)
    }
    let x = network.inputs.sideBySide(batch, pass(length)).output
    let start = length - 1 - distance
    let state = network.backend.forward(x.rows(0..<start), from: nil, pass(start)).output.state
    func loss() -> Double {
      let after = pass(length - start)
      let output = network.backend.forward(x.rows(start..<length), from: state, after).output
      return network.head.loss(output.summary, batch.sequences([0], most: 1), weight: 1, pass(1)).sums.loss
    }
    return withExtendedLifetime(arena) {
      state.map { slot in
        (0..<slot.columns).reduce(0.0) { sum, column in
          let (value, step) = (slot[0, column], Float(0.02))
          slot[0, column] = value + step
          let above = loss()
          slot[0, column] = value - step
          let below = loss()
          slot[0, column] = value
          let slope = (above - below) / Double(2 * step)
          return sum + slope * slope
        }.squareRoot()
      }
    }
  }

  /// A convolution keeps rows of its input, which are called so.
  @Test func namesDoNotMeet() throws {
    let network = try DiagnosisTests.network(
      try Small.backend("convolution", width: 4, miniature: true), tokens: 9, input: 5, classes: 3)
    let ours = Diagnosis(network, [DiagnosisTests.batch([6, 4], tokens: 9, classes: 3)])
    #expect(ours.gradients.map(\.name) == ["input", "state", "kept input", "hidden"])
    #expect(ours.gradients.map(\.shares.count) == [6, 5, 5, 5] && ours.reach == ours.gradients[1])
  }

  @Test func fatesOfGradients() throws {
    func reach(_ shares: [Double]) -> GradientReach { GradientReach("h", [shares]) }
    #expect(reach([1, 0.5, 0.02]).fate == .holds && reach([2, 1, 201]).fate == .explodes && reach([]).fate == nil)
    #expect(reach([4, 1, 0.03]).fate == .vanishes && reach([4, 1, 0.03]).memory == 2)
    #expect(reach([4, 0.03, 2]).fate == .holds && reach([4, 0.03, 2]).memory == 1)
    #expect(reach([1]).fate == nil, "nothing was on its way")
    let mean = try #require(GradientReach(mean: [reach([1, 0.5, 0.01]), reach([2, 0.01]), reach([])]))
    #expect(mean.shares == [1, 0.2525, 0.01] && mean.norms == [1.5, 0.255, 0.01] && mean.sequences == [2, 2, 1])
    #expect(mean.memory == nil && GradientReach(mean: [reach([])]) == nil)
  }

  /// The loss of a sequence is that of its last step that asks for something.
  @Test func sequencesEndWhereTheyAsk() throws {
    var batch = DiagnosisTests.batch([5, 4, 3], tokens: 9, classes: 3, .causal)
    let tokens = batch.unpacked(batch.tokens)
    // The first asks up to its second step, the second nowhere, the third everywhere.
    for (row, place) in batch.unpacked(Array(0..<Int32(batch.steps.rows))).enumerated().flatMap({ own, rows in
      rows.enumerated().map { (Int($0.element), (own, $0.offset)) }
    }) where place.0 == 1 || place.0 == 0 && place.1 > 1 { batch.targets[row] = Kernels.ignoredTarget }
    let sample = [batch].sample(9, steps: 9)
    #expect(sample.map { $0.steps.lengths } == [[3, 2]] && sample[0].askedLengths == [3, 2])
    #expect(sample[0].unpacked(sample[0].tokens) == [tokens[2], Array(tokens[0].prefix(2))])
    let whole = DiagnosisTests.batch([5, 4], tokens: 9, classes: 3)
    #expect(whole.askedLengths == [5, 4])
  }

  @Test func longSequencesAreCutAndManyAreSampled() throws {
    let batches = [[9, 8, 8], [4, 3, 3, 1]].map { DiagnosisTests.batch($0, tokens: 9, classes: 3) }
    let sample = batches.sample(3, steps: 5)
    #expect(sample.map { $0.steps.lengths } == [[5], [4, 1]])
    let tokens = batches[0].unpacked(batches[0].tokens)[0]
    #expect(sample[0].tokens == Array(tokens.suffix(5)) && sample[0].targets == [batches[0].targets[0]])
    #expect(batches.sample(100, steps: 100).map(\.tokens) == batches.map(\.tokens))
  }

  // MARK: Small networks and batches

  private static func network(
    _ backend: BackendSettings, tokens: Int, input: Int, classes: Int, _ reading: Reading = .summary
  ) throws -> SequenceNetwork {
    var model = ModelOptions()
    model.embedding = input
    return try SequenceNetwork(
      NetworkRecipe(model, backend, reading, NetworkData(tokens: tokens, outputs: classes)),
      random: RandomSource(seed: 4))
  }

  private static func batch(
    _ lengths: [Int], tokens: Int, classes: Int, _ reading: Reading = .summary
  ) -> Batch {
    var random = RandomSource(seed: 8)
    let steps = PackedSteps(lengths: lengths)
    let read = (0..<steps.rows).map { _ in Int32(random.below(tokens)) }
    let asked = reading == .summary ? lengths.count : steps.rows
    return Batch(steps, tokens: read, targets: (0..<asked).map { _ in Int32(random.below(classes)) })
  }
}
