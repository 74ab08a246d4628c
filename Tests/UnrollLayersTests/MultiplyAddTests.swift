import Testing
import UnrollCore
import UnrollLayers

/// The published cost of a token, counted by hand for E = 5 and H = 6.
@Suite struct MultiplyAddTests {
  static let costs = [
    ("rnn", 6 * 5 + 6 * 6), ("lstm", 4 * (6 * 5 + 6 * 6)), ("gru", 3 * (6 * 5 + 6 * 6)),
    ("residual-rnn", 6 * 5 + 6 * 6), ("highway-rnn", 2 * (6 * 5 + 6 * 6)), ("layer-norm-lstm", 4 * (6 * 5 + 6 * 6)),
    ("slstm", 4 * (6 * 5 + 6 * 6)),
    // One layer of each part.
    ("stack", (6 * 5 + 6 * 6) + 4 * (6 * 6 + 6 * 6)),
    // The cell, then the score, and the mix of pool and state (two products each).
    ("attention-rnn", 3 * (6 * 5 + 6 * 6) + 3 * 6),
    // The gates and the elementwise step.
    ("min-gru", 2 * 6 * 5 + 6), ("min-lstm", 3 * 6 * 5 + 6),
    // Input map; twice the 12 channels; four taps; Δ (rank 1), B and C; the scan; output.
    ("mamba", 5 * 6 + 6 * 24 + 12 * 4 + 12 * (1 + 2 * 16) + 12 + 12 * (4 * 16 + 2) + 12 * 6),
    // Input map; Δ, B and C; the scan; output map to twice the width.
    ("selective-ssm", 5 * 6 + 6 * (1 + 2 * 16) + 6 + 6 * (4 * 16 + 2) + 6 * 12),
    // Input map; B and C with 64 complex numbers, λ x and γ; D; output map to twice the width.
    ("lru", 5 * 6 + 4 * 6 * 64 + (4 + 2) * 64 + 6 + 6 * 12),
    // Input map; per channel 32 pairs with λ x, b u and C x; D u; output map to twice the width.
    ("s4d", 5 * 6 + 6 * (32 * (4 + 2 + 2) + 1) + 6 * 12),
    // Input map; per channel x = Ā x + B̄ u and y = C x + D u with N = 16; output map to twice the width.
    ("ssm", 5 * 6 + 6 * (16 * 16 + 16 + 16 + 1) + 6 * 12),
    // The map, then the mean.
    ("averaging", 6 * 5 + 6),
    // Three taps twice, and the 1×1 convolution of the skip.
    ("convolution", 3 * 6 * 5 + 3 * 6 * 6 + 6 * 5),
    // Of width 8, for four heads: input map; q, k, v and output maps; scores and mix over 128 keys; the feed-forward maps.
    ("transformer", 5 * 8 + 4 * 8 * 8 + 2 * 128 * 8 + 2 * 8 * 32),
  ]

  @Test(arguments: costs)
  func oneLayer(_ name: String, _ expected: Int) throws {
    var settings = try BackendSettings(name, [])
    settings.stack.width = name == "transformer" ? 8 : 6
    #expect(try settings.build(5, .everyStep, .counting()).multiplyAdds == expected)
  }

  @Test func directionsAndLayersAddUp() throws {
    var settings = try BackendSettings("lstm", [])
    (settings.stack.width, settings.stack.layers, settings.stack.direction) = (6, 2, .bidirectional)
    let expected = 2 * 4 * (6 * 5 + 6 * 6) + 2 * 4 * (6 * 12 + 6 * 6)
    #expect(try settings.build(5, .everyStep, .counting()).multiplyAdds == expected)
  }

  @Test func variantsOfTheLSTM() throws {
    func cost(_ options: LSTMOptions) throws -> Int {
      var settings = BackendSettings(options)
      settings.stack.width = 6
      return try settings.build(5, .everyStep, .counting()).multiplyAdds
    }
    var options = LSTMOptions()
    options.coupled = true
    #expect(try cost(options) == 3 * (6 * 5 + 6 * 6))
    options.peepholes = true
    #expect(try cost(options) == 3 * (6 * 5 + 6 * 6) + 2 * 6)
  }

  /// The input is as wide as the layers, so they are all alike.
  @Test(arguments: Backends.all.map { $0.name })
  func everyLayerOfEveryBackendCosts(_ name: String) throws {
    var settings = BackendSettings(try Backends.named(name).miniature)
    settings.stack.width = 4 * settings.options.widthStep
    let costs = try (1...3).map { layers in
      settings.stack.layers = layers
      return try settings.build(settings.stack.width, .everyStep, .counting()).multiplyAdds
    }
    #expect(costs[0] > 0 && costs[1] > costs[0] && costs[2] - costs[1] == costs[1] - costs[0])
  }
}
