import Testing
import UnrollKernels
import UnrollLayers
import UnrollChecks
import UnrollTraining

/// The battery is worth what it catches.
@Suite struct FaultTests {
  @Test func withoutAFaultAllIsWell() throws {
    #expect(try failures(.none).isEmpty)
  }

  @Test(arguments: [
    (FaultyOptions.Fault.forgetDerivative, "gradient of the parameters"),
    (.forgetWeightGradient, "gradient of the parameters"),
    (.oneBias, "gradient of the parameters"),
    (.oneInput, "gradient of the input"),
    (.noStateGradient, "gradient of the initial state"),
    (.leaksFuture, "causality"),
    (.falselyNotCausal, "uses the future, as declared"),
    (.raggedSummary, "ragged batch = one at a time"),
    (.forgetsState, "whole = step by step"),
    (.staleStream, "whole = step by step"),
    (.trainingScale, "evaluation = training"),
    (.unseeded, "same seed, same bits"),
    (.hiddenState, "declared sizes = buffers"),
    (.writesGradient, "arguments stay"),
    (.overwritesSlab, "parts of the gradient add up"),
    (.overflows, "values that are not finite"),
    (.readsUnwritten, "values that are not finite"),
  ])
  func theMatchingCheckFails(_ fault: FaultyOptions.Fault, _ check: String) throws {
    let failures = try failures(fault)
    #expect(failures[check] != nil, "\(fault) went unseen; failed: \(failures)")
  }

  /// Every check of gradients by differences, sampled or with masks, sees 1 % in one gate.
  @Test func aGateOnePercentOffIsSeenByEveryGradientCheck() throws {
    let failures = try failures(.forgetDerivative)
    for check in [
      "gradient of the parameters", "gradient, no initial state", "gradient, batch one", "dropout: gradient",
    ] {
      #expect(failures[check] != nil, "\(check) did not see it; failed: \(failures)")
    }
  }

  /// Checks that fail in the plain form, with their figures.
  private func failures(_ fault: FaultyOptions.Fault) throws -> [String: Double] {
    var options = FaultyOptions()
    options.fault = fault
    let form = try #require(try Contract.forms(of: options).first)
    let failed = try Arena.$lending.withValue(.notANumber) { try Contract.run(form) }.figures.filter { !$0.passes }
    return Dictionary(uniqueKeysWithValues: failed.map { ($0.check, $0.worst) })
  }
}
