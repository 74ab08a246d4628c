import TestSupport
import Testing
import UnrollKit

/// The code of tutorials stands in this folder, and the programs among it run.
@Suite struct TutorialCodeTests {
  @Test(arguments: ["AddABackend", "AddATask"]) func itsCodeIsThatOfTheTests(_ name: String) throws {
    let folder = Files.parent(of: #filePath)
    let files = try Files.list(folder).filter { $0.hasSuffix(".swift") }.map {
      String(decoding: try Files.read("\(folder)/\($0)"), as: UTF8.self)
    }
    let blocks = try Article("Tutorials/\(name)").blocks.filter { $0.language == "swift" }
    #expect(blocks.count >= 2)
    for (_, text) in blocks {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      let inside = lines.map { $0.isEmpty ? "\n" : "    \($0)\n" }.joined()
      #expect(files.contains { $0.contains(text) || $0.contains(inside) }, "\(name).md: not in \(folder):\n\(text)")
    }
  }

  @Test func aBackendIsCheckedAndTrained() throws {
    var failed: [String] = []
    for form in try Contract.forms(of: OwnOptions.self) {
      for figure in try Contract.run(form).figures where !figure.passes {
        failed.append("\(form.name): \(figure.check) \(figure.worst) at \(figure.place)")
      }
    }
    print(failed.isEmpty ? "all checks passed" : failed.joined(separator: "\n"))

    let data = try EncodedData(DataRequest(Datasets.named("copying")).load(DataLocation(roots: [])))
    let task = Tagging(data, characters: false)
    let known = NetworkData(data.vocabulary, outputs: task.classes)
    var training = TrainingOptions()
    training.epochs = 5
    var scores: [String: Double] = [:]
    for options: any BackendOptions in [OwnOptions(), GRUOptions()] {
      let recipe = NetworkRecipe(ModelOptions(), BackendSettings(options), Tagging.reading, known)
      let network = try SequenceNetwork(recipe, random: RandomSource(seed: 1))
      let outcome = try Trainer(network, task, training, random: RandomSource(seed: 1)).train()
      scores[type(of: options).name] = outcome.scores[.test]?["accuracy"]
    }
    print(scores)
    #expect(failed == [])
    #expect(
      Set(scores.keys) == ["own", "gru"] && scores.values.allSatisfy { $0 > task.baseline().scores["accuracy"]! })
  }

  @Test func aTaskIsTrained() throws {
    let marks = ["dull", "fair", "good", "great"]
    let reviews = (0..<400).map { i in
      let words = (0..<4).map { marks[(i >> (2 * $0)) % 4] }
      let grade = words.reduce(0) { $0 + marks.firstIndex(of: $1)! } / 3
      return LabelledText(words: words + ["says", "number", "\(i)"], label: "\(grade)")
    }
    func every(_ rest: Int) -> [LabelledText] { reviews.indices.filter { $0 % 5 == rest }.map { reviews[$0] } }
    let splits = Splits(train: every(0) + every(1) + every(2), development: every(3), test: every(4))
    let data = try EncodedData(
      LoadedData(
        name: "reviews", version: "", licence: "", source: "", digest: "", labels: LabelSet(reviews.map(\.label)),
        corpus: .labelled(splits)))

    let task = Grading(data, characters: false)
    let known = NetworkData(data.vocabulary, outputs: task.classes, labels: data.labels)
    let recipe = NetworkRecipe(ModelOptions(), try BackendSettings("gru", []), Grading.reading, known)
    let random = RandomSource(seed: 1)
    var training = TrainingOptions()
    training.epochs = 20
    training.optimiser.learningRate = 0.01
    let outcome = try Trainer(SequenceNetwork(recipe, random: random), task, training, random: random).train()
    print(outcome.scores[.test]!, task.baseline())

    let (scores, least) = (outcome.scores[.test]!, task.baseline().scores)
    #expect(Set(scores.keys) == ["mean-distance", "accuracy", "macro-f1"])
    #expect(scores["mean-distance"]! < least["mean-distance"]! / 2 && scores["accuracy"]! > least["accuracy"]!)
  }
}
