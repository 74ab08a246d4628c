import Testing
import UnrollLayers

@testable import UnrollTraining

@Suite struct ContractTests {
  @Test(arguments: Backends.all.map { $0.name })
  func everyBackendKeepsTheContract(_ name: String) throws {
    for form in try Contract.forms(of: Backends.named(name)) {
      let result = try Contract.run(form)
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

  @Test func attentionIsCheckedInEveryReading() throws {
    let forms = try Contract.forms(of: AttentionRNNOptions.self).filter { $0.name == "plain" }
    #expect(forms.contains { $0.reading == .everyStep } && forms.contains { $0.reading == .causal })
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
