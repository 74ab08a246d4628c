import Testing
import UnrollKernels
import UnrollLayers

@testable import UnrollChecks
@testable import UnrollTraining

@Suite struct ContractTests {
  @Test(arguments: Backends.all.map { $0.name })
  func everyBackendKeepsTheContract(_ name: String) throws {
    for form in try Contract.forms(of: Backends.named(name)) {
      // Memory is not defined when it is lent; here it is not a number, so that nobody reads it unseen.
      let result = try Arena.$lending.withValue(.notANumber) { try Contract.run(form) }
      for figure in result.figures {
        #expect(
          figure.passes, "\(name), \(result.form), \(result.reading): \(figure.check) \(figure.worst) (\(figure.place))"
        )
      }
    }
  }

  @Test func formsComeFromTheOptionTable() throws {
    let names = Set(try Contract.forms(of: GRUOptions.self).map(\.name))
    #expect(names.isSuperset(of: ["plain", "width: 11", "layers: 2, bidirectional, sum", "reset: before"]))
  }

  /// A backend that wrongly refused something would lose its forms in silence.
  @Test(arguments: Backends.all.map { $0.name })
  func everyBackendHasItsForms(_ name: String) throws {
    let forms = try Contract.forms(of: Backends.named(name))
    func has(_ form: String, _ reading: Reading? = nil) -> Bool {
      forms.contains { $0.name == form && (reading == nil || $0.reading == reading) }
    }
    #expect(has("plain") && has("layers: 2") && has("layers: 2, bidirectional, sum") && has("residual, bidirectional"))
    let causal = try forms.contains { try ContractModel($0).layer.isCausal }
    #expect(causal, "no form can be streamed")
    let options = try Backends.named(name).miniature
    for pool in ["mean", "max", "attention"] { #expect(has("pooling: \(pool)", .summary) != options.poolsItself) }
    let shape = LayerShape(input: options.widthStep, width: options.widthStep)
    let slots = try options.makeLayer(shape, .counting()).slots
    #expect(has("learned state") == slots.contains(where: \.learnable))
  }

  @Test func attentionIsCheckedInEveryReading() throws {
    let forms = try Contract.forms(of: AttentionRNNOptions.self).filter { $0.name == "plain" }
    // As a summary it is read as causally as it is step by step.
    #expect(forms.map(\.reading) == [.everyStep, .summary])
  }

  @Test func everyCheckHasAMeaningSomewhere() throws {
    // A causal form with every kind of dropout, and one that is not causal.
    let forms = [
      try Contract.forms(of: SSMOptions.self).first, try Contract.forms(of: AttentionRNNOptions.self).first,
    ]
    let seen = try Set(forms.compactMap { $0 }.flatMap { try Contract.run($0).figures.map(\.check) })
    #expect(seen == Set(Contract.checks.map(\.name)))
  }

  @Test func notANumberNeverPasses() {
    #expect(Contract.distance([.nan, 1], [0, 1]) == .infinity)
    #expect(Contract.distance([1], [1, 2]) == .infinity)
    #expect(Contract.distance([-.infinity, 2], [-.infinity, 2]) == 0)
  }
}
