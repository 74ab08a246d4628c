import Foundation
import Testing
import UnrollTraining

/// Agreement with float64 reference cases.
@Suite struct ReferenceCaseTests {
  /// Cases that must be supported, and pass.
  static let required = [
    "adagrad", "adam", "adamw", "attention_pooling", "attention_pooling_causal", "clip_grad_norm", "cross_entropy",
    "gru", "gru_simplified", "highway_rnn", "lstm_no_output_tanh", "residual_rnn",
    "gru_ragged", "gru_reset_before", "gru_single_step", "gru_stacked_bidirectional_ragged", "lstm", "lstm_ragged",
    "lstm_single_step", "lstm_stacked_bidirectional_ragged", "rmsprop", "rnn", "rnn_ragged", "rnn_relu",
    "rnn_single_step",
    "rnn_stacked_bidirectional_ragged", "sgd_momentum", "sgd_nesterov", "ssm_dense",
  ]
  static let tolerance = 2e-5

  private static let results = Result {
    try Parity.run(folder: Bundle.module.resourceURL!.appendingPathComponent("Cases").path)
  }

  @Test(arguments: required)
  func agrees(_ name: String) throws {
    let result = try #require(try Self.results.get().first { $0.name == name })
    #expect(!result.comparisons.isEmpty, "\(result.operation) is not supported")
    for comparison in result.comparisons {
      #expect(comparison.error <= Self.tolerance, "\(name): \(comparison.tensor)")
    }
  }

  @Test func whateverElseIsSupportedAgreesToo() throws {
    for result in try Self.results.get() where !result.comparisons.isEmpty {
      #expect(result.passes(Self.tolerance), "\(result.name): \(result.largest)")
    }
  }
}
