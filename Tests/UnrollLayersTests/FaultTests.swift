import Testing
import UnrollKernels
import UnrollLayers

@testable import UnrollChecks

/// The battery is worth what it catches.
@Suite struct FaultTests {
  private static let faults: [(FaultyOptions.Fault, String)] = [
    // With the check that must see it. 1 % in one gate is seen by every check of gradients by differences, sampled or with masks.
    (.forgetDerivative, "gradient of the parameters"), (.forgetDerivative, "gradient, no initial state"),
    (.forgetDerivative, "gradient, batch one"), (.forgetDerivative, "dropout: gradient"),
    (.forgetWeightGradient, "gradient of the parameters"),
    (.oneBias, "gradient of the parameters"),
    (.oneInput, "gradient of the input"),
    (.oneStep, "gradient, length one"),
    (.noStateGradient, "gradient of the initial state"),
    (.finalGradient, "gradient of the final state"), (.finalGradient, "gradient of the whole = in two chunks"),
    (.endsTogether, "gradient of the final state"), (.endsTogether, "ragged batch = one at a time"),
    (.leaksFuture, "causality"), (.leaksSideways, "causality"),
    (.falselyNotCausal, "uses the future, as declared"),
    (.raggedSummary, "ragged batch = one at a time"),
    (.forgetsState, "whole = step by step"), (.forgetsState, "whole = in two chunks"),
    (.beginsElsewhere, "no state = empty state"),
    (.staleStream, "whole = step by step"),
    (.trainingScale, "evaluation = training"),
    (.unseeded, "same seed, same bits"), (.unseeded, "threads, same bits"),
    (.hiddenState, "declared sizes = buffers"),
    (.writesGradient, "arguments stay"),
    (.overwritesSlab, "parts of the gradient add up"),
    (.overflows, "values that are not finite"), (.readsUnwritten, "values that are not finite"),
    (.keepsOldValues, "save, load, same bits"),
    (.growsMemory, "memory grows only at first"),
    (.ownMask, "dropout: same seed, same mask"),
    (.sameMask, "dropout: other seed, other mask"),
    (.dropsInEvaluation, "dropout: none in evaluation"),
    (.disagrees, "convolution = recurrence = scan"),
  ]

  @Test func withoutAFaultAllIsWell() throws {
    let failed = try Arena.$lending.withValue(.notANumber) { try Contract.run(plain(.none)) }.figures.filter {
      !$0.passes
    }
    #expect(failed.isEmpty, "\(failed)")
  }

  @Test(arguments: faults) func theMatchingCheckFails(_ fault: FaultyOptions.Fault, _ name: String) throws {
    let check = try #require(Contract.checks.first { $0.name == name })
    let figure = try #require(try Arena.$lending.withValue(.notANumber) { try check.figure(plain(fault)) })
    #expect(!figure.passes, "\(fault) went unseen: \(figure)")
  }

  @Test func everyCheckHasAFaultAndEveryFaultACheck() {
    #expect(Set(Self.faults.map(\.1)) == Set(Contract.checks.map(\.name)))
    #expect(Set(Self.faults.map(\.0)) == Set(FaultyOptions.Fault.allCases).subtracting([.none]))
  }

  private func plain(_ fault: FaultyOptions.Fault) throws -> Contract.Form {
    var options = FaultyOptions()
    options.fault = fault
    return try #require(try Contract.forms(of: options).first)
  }
}
