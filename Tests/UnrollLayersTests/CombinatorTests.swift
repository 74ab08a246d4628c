import CLibrary
import Testing
import UnrollCore
import UnrollKernels
import UnrollLayers

/// What surrounds the cells: masks that mean what their papers say, pools, first states, mixed stacks.
@Suite struct CombinatorTests {
  /// A built layer with its parameters, run on given rows.
  private struct Built {
    let layer: any SequenceLayer
    let parameters: Parameters
    let arena = Arena()

    init(_ yaml: String, input: Int = 3, _ reading: Reading = .everyStep) throws {
      let entries = try Setting(yaml: yaml, file: "s.yaml").entries("backend")
      let name = try entries[0].value.text("backend")
      let builder = ParameterBuilder(random: RandomSource(seed: 5))
      layer = try BackendSettings(name, Array(entries.dropFirst())).build(input, reading, builder)
      parameters = Parameters(builder)
    }

    func set(_ name: String, _ value: (_ row: Int, _ column: Int) -> Float) throws {
      let matrix = parameters.value(try #require(parameters.named(name)))
      for i in 0..<matrix.rows { for j in 0..<matrix.columns { matrix[i, j] = value(i, j) } }
      parameters.changed()
    }

    func run(
      _ steps: PackedSteps, _ mode: Pass.Mode, seed: UInt64 = 1, state: Float? = nil, input: Float = 0
    ) -> SequenceOutput {
      let pass = Pass(
        steps, parameters: parameters, gradients: Buffer(count: parameters.count), arena: arena, mode: mode,
        random: RandomSource(seed: seed))
      let x = arena.matrix(steps.rows, layer.inputWidth)
      for i in 0..<x.rows { for j in 0..<x.columns { x[i, j] = input * Float((7 * i + 3 * j) % 11 - 5) } }
      let first = state.map { value in
        layer.slots.map { slot in
          let matrix = arena.matrix(steps.sequences, slot.width)
          matrix.fill(value)
          return matrix
        }
      }
      return layer.forward(x, from: first, pass).output
    }
  }

  private let width = 40

  /// A ReLU network that only hands its state on: h_t = h_{t−1}, until something drops it.
  private func copier(_ option: String) throws -> Built {
    let built = try Built("backend: rnn\nactivation: relu\nrecurrent_init: identity\nwidth: \(width)\n\(option)\n")
    try built.set("weight_ih_l0") { _, _ in 0 }
    return built
  }

  @Test func recurrentDropoutHasOneMaskASequence() throws {
    let (built, steps) = (try copier("recurrent_dropout: 0.5"), PackedSteps(count: 3, length: 4))
    let rows = built.run(steps, .training, state: 1).rows
    for b in 0..<3 {
      for j in 0..<width {
        let first = rows[b, j]
        #expect(first == 0 || first == 2)
        for t in 1..<4 { #expect(rows[3 * t + b, j] == (first == 0 ? 0 : Float(1 << (t + 1)))) }
      }
    }
    #expect(rows.rows(0..<1).array != rows.rows(1..<2).array, "sequences have masks of their own")
    #expect(built.run(steps, .evaluation, state: 1).rows.array.allSatisfy { $0 == 1 })
  }

  @Test func weightDropoutHasOneMaskAPass() throws {
    let (built, steps) = (try copier("weight_dropout: 0.5"), PackedSteps(count: 3, length: 2))
    let rows = built.run(steps, .training, state: 1).rows
    for b in 1..<3 { #expect(rows.rows(b..<b + 1).array == rows.rows(0..<1).array) }
    #expect(Set(rows.rows(0..<1).array) == [0, 2])
    #expect(built.run(steps, .training, seed: 2, state: 1).rows.array != rows.array)
  }

  @Test func zoneoutKeepsOrReplacesAndIsTheMeanInEvaluation() throws {
    let built = try Built("backend: rnn\nwidth: \(width)\nzoneout: 0.25\n")
    for name in ["weight_ih_l0", "weight_hh_l0"] { try built.set(name) { _, _ in 0 } }
    let steps = PackedSteps(count: 2, length: 3)
    let trained = built.run(steps, .training, state: 1).rows
    #expect(Set(trained.array) == [0, 1])
    // A unit that was replaced by tanh(0) stays so.
    for b in 0..<2 {
      for j in 0..<width { #expect(trained[2 + b, j] <= trained[b, j] && trained[4 + b, j] <= trained[2 + b, j]) }
    }
    let mean = built.run(steps, .evaluation, state: 1).rows
    for t in 0..<3 { #expect(mean[2 * t, 0] == Float([0.25, 0.0625, 0.015625][t])) }
  }

  @Test func inputDropoutMayHaveOneMaskASequence() throws {
    // With T = 1 there would be nothing to see; averages of equal inputs stay equal only under one mask.
    let built = try Built(
      "backend: rnn\nactivation: relu\nwidth: \(width)\ninput_dropout: 0.5\nvariational: true\n", input: width)
    try built.set("weight_ih_l0") { $0 == $1 ? 1 : 0 }
    try built.set("weight_hh_l0") { _, _ in 0 }
    let pass = Pass(
      PackedSteps(lengths: [3, 2]), parameters: built.parameters, gradients: Buffer(count: built.parameters.count),
      arena: built.arena, mode: .training, random: RandomSource(seed: 4))
    let x = built.arena.matrix(5, width)
    x.fill(1)
    let rows = built.layer.forward(x, from: nil, pass).output.rows
    #expect(rows.rows(0..<1).array == rows.rows(2..<3).array && rows.rows(0..<1).array == rows.rows(4..<5).array)
    #expect(rows.rows(1..<2).array == rows.rows(3..<4).array && rows.rows(0..<1).array != rows.rows(1..<2).array)
    #expect(Set(rows.array) == [0, 2])
  }

  @Test(arguments: ["mean", "max"])
  func poolsReadAllSteps(_ pool: String) throws {
    let built = try Built("backend: gru\nwidth: 5\npooling: \(pool)\n", .summary)
    let steps = PackedSteps(lengths: [4, 2])
    let output = built.run(steps, .evaluation, input: 0.3)
    let owners = steps.sequenceOfRow
    for b in 0..<2 {
      for j in 0..<5 {
        let own = (0..<steps.rows).filter { Int(owners[$0]) == b }.map { output.rows[$0, j] }
        let expected = pool == "max" ? own.max()! : own.reduce(0, +) / Float(own.count)
        #expect(abs(output.summary[b, j] - expected) < 1e-6)
      }
    }
  }

  @Test func aLearnedFirstStateIsUsedWhereNoneIsGiven() throws {
    let built = try Built("backend: lstm\nwidth: 4\ninitial_state: learned\n")
    let steps = PackedSteps(count: 2, length: 3)
    let before = built.run(steps, .evaluation, input: 0.2).rows.array
    #expect(before == built.run(steps, .evaluation, state: 0, input: 0.2).rows.array, "it begins at zero")
    for name in ["initial_h_l0", "initial_c_l0"] { try built.set(name) { _, _ in 0.5 } }
    let learned = built.run(steps, .evaluation, input: 0.2).rows.array
    #expect(learned != before && learned == built.run(steps, .evaluation, state: 0.5, input: 0.2).rows.array)
  }

  @Test func aResidualStackKeepsItsWidthInBothDirections() throws {
    let built = try Built("backend: lstm\nwidth: 6\nlayers: 2\nresidual: prenorm\ndirection: bidirectional\n")
    #expect(built.layer.outputWidth == 6 && built.layer.summaryWidth == 6)
    let names = built.parameters.list.map(\.name)
    #expect(
      names.contains("base.weight") && names.contains("residual.norm_weight_l1") && names.contains("last.norm_weight"))
    #expect(built.run(PackedSteps(lengths: [3, 1]), .evaluation, input: 0.2).rows.columns == 6)
  }

  /// What a layer reports of itself reaches the record, whatever stands around the layer.
  @Test(arguments: [
    "backend: ssm\nresidual: prenorm", "backend: ssm\ninitial_state: learned", "backend: ssm\npooling: mean",
    "backend: stack\nof: [ssm, averaging]", "backend: stack\nof: [ssm, attention-rnn]",
  ])
  func measurementsComeThrough(_ yaml: String) throws {
    let built = try Built("\(yaml)\nwidth: 4\n", .summary)
    let pass = Pass(
      PackedSteps(count: 1, length: 1), parameters: built.parameters, gradients: Buffer(count: 0), arena: built.arena,
      mode: .evaluation)
    #expect(built.layer.measurements(pass)["discretisation error"] != nil)
  }

  @Test func aStackHoldsDifferentBackends() throws {
    let built = try Built("backend: stack\nof: [gru, {backend: lstm, forget_bias: 2}]\nlayers: 2\nwidth: 4\n")
    #expect(built.layer.slots.map(\.name) == ["h_l0", "h_l1", "c_l1", "h_l2", "h_l3", "c_l3"])
    let bias = built.parameters.value(try #require(built.parameters.named("bias_ih_l1"))).array
    #expect(Array(bias[4..<8]) == [2, 2, 2, 2])
  }

  /// Which gates begin at log u and −log u, u uniform from 1 to T − 1: of T = 101 its mean is 50.5, its deviation 28.6.
  @Test(
    arguments: [
      ("lstm", [-1, 1, 0, 0]), ("lstm\ncoupled: true", [-1, 0, 0]), ("gru", [0, 1, 0]),
      ("gru\nreset: before", [0, 1, 0]),
      ("gru\nreset: none", [-1, 0]),
    ] as [(String, [Float])])
  func gatesBeginAtManyTimeScales(_ backend: String, _ signs: [Float]) throws {
    let built = try Built("backend: \(backend)\nchrono: 101\nwidth: 900\n")
    let bias = built.parameters.value(try #require(built.parameters.named("bias_ih_l0"))).array
    let gates = signs.indices.map { Array(bias[$0 * 900..<($0 + 1) * 900]) }
    let logs = zip(gates, signs).first { $1 != 0 }.map { gate, sign in gate.map { sign * $0 } }!
    let times = logs.map { Double(exp($0)) }
    #expect(times.allSatisfy { $0 >= 1 && $0 <= 100.001 })
    let mean = times.reduce(0, +) / 900
    #expect(abs(mean - 50.5) < 4 * 28.6 / 30)
    for (gate, sign) in zip(gates, signs) { #expect(gate == logs.map { sign * $0 }) }
  }

  @Test(arguments: [
    ("of: [lstm, gruu]", "s.yaml:2: unknown backend \"gruu\"; did you mean \"gru\"?"),
    ("of: [{forget_bias: 1}]", "s.yaml:2: a part of a stack needs its name: {backend: NAME, …}"),
    ("of: [{backend: lstm, width: 3}]", "s.yaml:2: width belongs to the whole stack, not to its part lstm"),
    ("of: [{backend: lstm, reset: before}]", "s.yaml:2: backend lstm: unknown key \"reset\""),
    ("of: [stack]", "s.yaml:2: a stack cannot hold another stack; list its parts instead"),
    ("of: []", "s.yaml:2: backend stack: a stack needs the backends of its layers: of: [lstm, gru]"),
  ])
  func badStacks(_ line: String, _ beginning: String) {
    #expect { try Built("backend: stack\n\(line)\n") } throws: { "\($0)".hasPrefix(beginning) }
  }

  @Test func typeDropoutDropsEveryOccurrence() {
    let builder = ParameterBuilder(random: RandomSource(seed: 5))
    let embedding = Embedding(30, 4, deviation: 1, typeDropout: 0.5, builder)
    let parameters = Parameters(builder)
    let tokens = (0..<30).map(Int32.init) + (0..<30).map(Int32.init)
    func run(_ mode: Pass.Mode) -> (Matrix, Pass, (Matrix) -> Void) {
      let pass = Pass(
        PackedSteps(count: 60, length: 1), parameters: parameters, gradients: Buffer(count: parameters.count),
        arena: Arena(), mode: mode, random: RandomSource(seed: 9))
      let (y, back) = embedding.forward(tokens, pass)
      return (y, pass, back)
    }
    let table = parameters.value(embedding.table)
    let (y, pass, back) = run(.training)
    let kept = (0..<30).filter { y[$0, 0] != 0 }
    #expect((5..<25).contains(kept.count))
    for token in 0..<30 {
      let expected = kept.contains(token) ? table.rows(token..<token + 1).array.map { 2 * $0 } : [0, 0, 0, 0]
      #expect(y.rows(token..<token + 1).array == expected && y.rows(30 + token..<31 + token).array == expected)
    }
    let dy = pass.arena.matrix(60, 4)
    dy.fill(1)
    back(dy)
    for token in 0..<30 { #expect(pass.gradient(embedding.table)[token, 0] == (kept.contains(token) ? 4 : 0)) }
    let evaluated = run(.evaluation)
    withExtendedLifetime(evaluated.1) { #expect(evaluated.0.rows(0..<30).array == table.array) }
  }
}
