import Testing
import UnrollLayers

@testable import UnrollTraining

/// What is counted of a model that was never made is what the made one has.
@Suite struct BudgetTests {
  @Test(arguments: Small.backends, [StackOptions.Direction.forward, .bidirectional])
  func amountsAreThoseOfTheNetwork(backend: String, direction: StackOptions.Direction) throws {
    let data = try Small.tagged(Small.sentences(20))
    let task = Tagging(data, characters: false)
    var settings = try Small.backend(backend, width: 12, direction)
    settings.stack.layers = 2
    let network = try Small.model(data, task, settings)
    var options = ModelOptions()
    options.embedding = 6
    let recipe = NetworkRecipe(
      options, settings, .everyStep, NetworkData(data.vocabulary, outputs: task.classes, labels: data.labels))
    #expect(try Tagging.amount(of: .parameters, recipe) == network.parameters.trainedCount)
    #expect(try Tagging.amount(of: .stateFloats, recipe) == network.measuredStateFloats())
    #expect(try Tagging.amount(of: .multiplyAdds, recipe) == network.multiplyAddsPerToken)
  }
}
