import TestSupport
import Testing
import UnrollKit

/// The program of the README and of the documentation's first page.
@Suite struct ExampleTests {
  @Test(arguments: ["README.md", "Sources/UnrollKit/UnrollKit.docc/UnrollKit.md"])
  func theyHaveThisProgram(_ path: String) throws {
    let here = String(decoding: try Files.read(#filePath), as: UTF8.self)
    let block = try Article.text(path).components(from: "```swift\n", to: "```")
    let lines = block.split(separator: "\n").map { $0 == "import UnrollKit" ? String($0) : "    \($0)" }
    #expect(!lines.isEmpty)
    for line in lines { #expect(here.contains(line + "\n"), "not in \(#filePath)") }
  }

  @Test func theProgramRuns() throws {
    let data = try EncodedData(DataRequest(Datasets.named("copying")).load(DataLocation(roots: [])))
    let task = Tagging(data, characters: false)
    let (backend, random) = (try BackendSettings("gru", []), RandomSource(seed: 1))
    let known = NetworkData(data.vocabulary, outputs: task.classes)
    let recipe = NetworkRecipe(ModelOptions(), backend, Tagging.reading, known)
    let network = try SequenceNetwork(recipe, random: random)
    var training = TrainingOptions()
    training.epochs = 1
    let outcome = try Trainer(network, task, training, random: random).train()
    print(outcome.scores[.test] ?? [:])

    let stream = try network.stream()
    for token: Int32 in [1, 2, 3] { print(stream.step([token]).array) }
    #expect(outcome.scores[.test]?["accuracy"] != nil && outcome.divergence == nil)
    #expect(stream.logits.columns == task.classes)
  }
}

extension String {
  /// What stands between two marks, at the first place that has both.
  fileprivate func components(from start: String, to end: String) -> String {
    guard let from = firstRange(of: start)?.upperBound, let to = self[from...].firstRange(of: end)?.lowerBound else {
      return ""
    }
    return String(self[from..<to])
  }
}
