import Testing
import UnrollCore
import UnrollData
import UnrollKernels

@testable import UnrollTraining

/// State goes from chunk to chunk: how a text is cut changes nothing.
@Suite struct CarriedStateTests {
  @Test(arguments: Small.backends, [1, 3])
  func chunksEqualTheWholeText(backend: String, columns: Int) throws {
    let data = try Small.text("so wie es einmal war, so war es nie; und nun?", test: "was war nun es, und wie so?!")
    let task = LanguageModelling(data, characters: true)
    let model = try Small.model(data, task, try Small.backend(backend, width: 7, miniature: true))
    // Larger weights, so that what was read long ago counts. (The small group is a state space's system.)
    for parameter in model.parameters.list where model.parameters.groups[parameter.group].learningRateFactor == 1 {
      Kernels.scale(model.parameters.value(parameter), by: 2)
    }
    model.parameters.changed()
    let whole = evaluate(model, task, columns, chunk: 1000)
    let cut = evaluate(model, task, columns, chunk: 5)
    #expect(whole.batches == 1 && cut.batches > 1)
    #expect(abs(whole.loss - cut.loss) < 3e-6 * whole.loss)
    let forgetful = evaluate(model, task, columns, chunk: 5, forgetting: true)
    #expect(abs(whole.loss - forgetful.loss) > 1e-4 * whole.loss, "the test can tell a carried state from none")
  }

  private func evaluate(
    _ model: SequenceModel, _ task: LanguageModelling, _ columns: Int, chunk: Int, forgetting: Bool = false
  ) -> (loss: Double, batches: Int) {
    var options = TrainingOptions()
    (options.batch, options.chunk) = (columns, chunk)
    let worker = ShardWorker(parameters: 0)
    let batches = task.batches(.test, options, nil)
    var sums = LossSums()
    for batch in batches {
      _ = worker.evaluate(
        model, forgetting ? Batch(batch.steps, tokens: batch.tokens, targets: batch.targets) : batch)
      sums += worker.sums
    }
    return (sums.loss, batches.count)
  }
}
