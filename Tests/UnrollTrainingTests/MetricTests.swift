import CLibrary
import Testing
import UnrollData
import UnrollKernels

@testable import UnrollTraining

/// Scores against numbers from elsewhere: scikit-learn 1.x, or a pencil.
@Suite struct MetricTests {
  /// `f1_score(t, p, average="macro")` = 0.4076190476190476, `accuracy_score` = 0.6; class 5 occurs nowhere and does not count.
  @Test func macroF1IsThatOfScikitLearn() {
    let counts = counts([0, 0, 0, 1, 1, 2, 2, 2, 2, 4], [0, 1, 0, 1, 1, 2, 0, 2, 3, 2], classes: 6)
    #expect(abs(counts.macroF1 - 0.4076190476190476) < 1e-15)
    #expect(counts.accuracy == 0.6)
    let other = self.counts([0, 1, 2, 0, 1, 2, 2], [0, 2, 1, 0, 0, 1, 2], classes: 3)
    #expect(abs(other.macroF1 - 0.4) < 1e-15)
    #expect(abs(other.accuracy - 0.42857142857142855) < 1e-15)
  }

  @Test func nothingCountedIsNotANumber() { #expect(ClassCounts(classes: 3).accuracy.isNaN) }

  /// Sentences "a b c" and "d e", predicted A B B and A B: four of five tokens, one of two sentences; of the unseen c and e one.
  @Test func taggingScores() throws {
    let task = Tagging(
      try Small.tagged("a/A b/B d/C", test: "a/A b/B c/B\nd/A e/C"), characters: false)
    let scores = task.scores(Predictions(classes: [0, 1, 1, 0, 1], of: task.targets(.test)), .test)
    #expect(scores["accuracy"] == 0.8)
    #expect(scores["sequence-accuracy"] == 0.5)
    #expect(scores["unseen-accuracy"] == 0.5)
    // F1 of A: 1; of B: 2·2/(2 + 3); of C: 0.
    #expect(abs(scores["macro-f1"]! - (1 + 0.8 + 0) / 3) < 1e-15)
  }

  /// The same sentences, but of "a b c" only b counts, and "d e" is wrong in the unseen e; a third asks for nothing.
  @Test func tokensWithoutALabelDoNotCount() throws {
    let data = try Small.tagged("a/A b/B d/C", test: "a/- b/B c/-\nd/- e/C\nf/-", ignoring: "-")
    let task = Tagging(data, characters: false)
    let scores = task.scores(Predictions(classes: [0, 1, 1, 0, 1, 2], of: task.targets(.test)), .test)
    #expect(scores["accuracy"] == 0.5)
    #expect(scores["sequence-accuracy"] == 0.5)
    #expect(scores["unseen-accuracy"] == 0)
  }

  @Test func unseenAccuracyIsLeftOutWhereNothingIsUnseen() throws {
    let task = Tagging(try Small.tagged("a/A b/B"), characters: false)
    let scores = task.scores(Predictions(classes: [0, 1], of: task.targets(.test)), .test)
    #expect(scores["unseen-accuracy"] == nil)
    #expect(scores["accuracy"] == 1)
  }

  /// What nobody looked at is no mistake.
  @Test func absentPredictionsDoNotCount() throws {
    let task = Tagging(try Small.tagged("a/A b/B\nb/B a/A"), characters: false)
    let scores = task.scores(
      Predictions(classes: [0, 0, Predictions.absent, Predictions.absent], of: task.targets(.test)), .test)
    #expect(scores["accuracy"] == 0.5 && scores["sequence-accuracy"] == 0)
  }

  /// What is said of a sentence, and of the blocks of a text.
  @Test func itemsOfPredictions() throws {
    let task = Tagging(try Small.tagged("a/A b/B d/C", test: "a/A b/-\nd/-\nd/A b/C", ignoring: "-"), characters: false)
    let items = Predictions(classes: [0, 0, 0, 0, 1], of: task.targets(.test)).items()
    #expect(items.weights == [1, 0, 2] && items.right == [1, 0, 1] && items.losses == [0, 0, 0])
    let text = String(repeating: "ab", count: 600)
    let blocks = try LanguageModelling(Small.text(text), characters: true).targets(.test)
    let said = Predictions(classes: blocks.classes.enumerated().map { $0 < 512 ? $1 : 0 }, of: blocks).items()
    #expect(said.weights == [512, 512, 175] && said.right == [512, 0, 0])
  }

  /// The losses of every target are those of the sums.
  @Test(arguments: ["rnn", "gru"]) func lossesOfTargets(backend: String) throws {
    let data = try Small.tagged(Small.sentences(30))
    let task = Tagging(data, characters: false)
    let model = try Small.model(data, task, try Small.backend(backend, width: 5))
    let batches = task.batches(.test, TrainingOptions(), nil)
    let evaluation = try Evaluation.run(model, task, .test, batches, ShardWorker(parameters: 0))
    let items = evaluation.predictions.items()
    let (loss, count) = (evaluation.predictions.sums.loss, evaluation.predictions.sums.count)
    #expect(abs(items.losses.reduce(0, +) - loss) < 1e-5 * loss && items.weights.reduce(0, +) == count)
  }

  @Test func perplexityAndBitsComeFromNats() throws {
    let data = try Small.text("abab")
    let scores = try LanguageModelling(data, characters: true).scores(LossSums(loss: 12, count: 8))
    #expect(scores == ["nats-per-token": 1.5, "perplexity": exp(1.5), "bits-per-character": 1.5 / log(2)])
    #expect(
      try LanguageModelling(data, characters: false).scores(LossSums(loss: 1, count: 1))["bits-per-character"] == nil)
  }

  @Test func betterHasADirection() {
    #expect(Metric.accuracy.isBetter(0.5, than: 0.4) && !Metric.accuracy.isBetter(0.4, than: 0.4))
    #expect(Metric.nats.isBetter(0.4, than: 0.5) && !Metric.nats.isBetter(0.5, than: 0.4))
    #expect(Metric.nats.isBetter(9, than: nil) && Metric.nats.isBetter(9, than: .nan))
    #expect(!Metric.accuracy.isBetter(.nan, than: nil) && !Metric.accuracy.isBetter(.nan, than: 0.1))
  }

  private func counts(_ truth: [Int32], _ predicted: [Int32], classes: Int) -> ClassCounts {
    var counts = ClassCounts(classes: classes)
    for (t, p) in zip(truth, predicted) { counts.add(truth: t, predicted: p) }
    return counts
  }
}

/// What can be reached without a model, by hand.
@Suite struct BaselineTests {
  /// "run" is V twice and N once; "cat" N; the unseen "zzz" gets the most frequent tag of all, N (4 of 7).
  @Test func tagging() throws {
    let data = try Small.tagged(
      "run/V cat/N\nrun/N run/V\ndog/N cat/N the/D", test: "run/V zzz/N\nrun/N zzz/V the/D")
    let (name, scores) = Tagging(data, characters: false).baseline()
    #expect(name == "most frequent label of the word")
    #expect(scores["accuracy"] == 0.6)
    #expect(scores["unseen-accuracy"] == 0.5)
    #expect(scores["sequence-accuracy"] == 0.5)
    // Of three classes: run is V 3/6 and N 2/6, the 2/4 D; of all N has 5/10, V 3/10.
    let probabilities: [Double] = [3 / 6, 5 / 10, 2 / 6, 3 / 10, 2 / 4]
    let nats = probabilities.reduce(0) { $0 - log($1) } / 5
    #expect(abs((scores["nats-per-step"] ?? 0) - nats) < 1e-12)
  }

  /// "run" asks twice, for V and V; the marks - ask for nothing, or the most frequent tag would be N.
  @Test func taggingWithoutSomeLabels() throws {
    let train = "run/V cat/-\nrun/V dog/N"
    let data = try Small.tagged(train, test: "run/- cat/N dog/N\ncat/- run/-", ignoring: "-")
    let task = Tagging(data, characters: false)
    #expect(task.classes == 2)
    #expect(task.metrics == [.accuracy, .sequenceAccuracy, .macroF1, .natsPerStep])
    let scores = task.baseline().scores
    // cat has no label in training, so it gets V; dog gets N. The second sentence asks for nothing.
    #expect(scores["accuracy"] == 0.5)
    #expect(scores["sequence-accuracy"] == 0)
    let batch = task.batches(.test, TrainingOptions(), nil)[0]
    #expect(batch.unpacked(batch.targets)[0] == [Kernels.ignoredTarget, 0, 0])
  }

  /// As many words as labels, which a table of one by the other would take gigabytes for. Equally frequent labels: the first.
  @Test func manyWordsWithManyLabels() throws {
    let train = (0..<20_000).map { "w\($0)/t\($0)" }.joined(separator: "\n")
    let data = try Small.tagged(train + "\nw7/t5", development: "w1/t1", test: "w3/t3 w19999/t19999 w7/t5 w7/t7")
    let scores = Tagging(data, characters: false).baseline().scores
    #expect(scores["accuracy"] == 0.75)
  }

  @Test func classification() throws {
    let data = try Small.labelled("b x\nb y\na z", test: "a x\nb x\nb y z\nb z")
    let (name, scores) = Classification(data, characters: false).baseline()
    #expect(name == "most frequent label")
    #expect(scores["accuracy"] == 0.75)
    // F1 of b: 2·3/(4 + 3) = 6/7, of a: 0.
    #expect(abs(scores["macro-f1"]! - 3.0 / 7) < 1e-15)
  }

  /// Training "aabac" with one more of each of a, b, c: 4/8, 2/8, 2/8. Asked for of "xabz": a and b, since training has no <unk>.
  @Test func languageModelling() throws {
    let data = try Small.text("aabac", test: "xabz")
    let (name, scores) = try LanguageModelling(data, characters: true).baseline()
    let nats = -(log(0.5) + log(0.25)) / 2
    #expect(name == "unigram frequencies")
    #expect(abs(scores["nats-per-token"]! - nats) < 1e-12)
    #expect(abs(scores["perplexity"]! - exp(nats)) < 1e-12)
    #expect(abs(scores["bits-per-character"]! - nats / log(2)) < 1e-12)
  }
}
