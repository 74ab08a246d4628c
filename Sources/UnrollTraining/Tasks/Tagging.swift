import CLibrary
import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

/// A label for every token that asks for one, by a softmax at every step that may see the whole sentence.
public struct Tagging: Task {
  public static let name = "tagging"
  public static let version = 1
  public static let summary = "a label for every token"
  public static let kind = CorpusKind.tagged
  public static let reading = Reading.everyStep
  private static let ofSpans: [Metric] = [.spanF1, .spanPrecision, .spanRecall]
  public static let metrics = ofSpans + [.accuracy, .unseenAccuracy, .sequenceAccuracy, .macroF1, .natsPerStep]

  public let classes: Int
  /// Without that on unseen words where there are none.
  public let metrics: [Metric]
  /// Of entities, chunks and the like: then the F1 of spans comes first.
  public let spans: SpanScheme?
  private let sequences: Splits<EncodedSequence>
  private let readsWords: Bool
  /// By label; empty where labels are no spans.
  private let tags: [SpanTag]

  public init(_ data: EncodedData, characters: Bool) {
    guard case .sequences(let sequences) = data.corpus else { preconditionFailure("tagging wants labelled sequences") }
    (self.sequences, readsWords) = (sequences, data.scales == nil)
    classes = data.labels.count
    let hasUnseen = [sequences.development, sequences.test].joined().contains { $0.asksForUnseen }
    spans = SpanScheme(labels: data.labels.names, training: sequences.train.lazy.map(\.labels))
    tags = spans == nil ? [] : data.labels.names.compactMap(SpanTag.init)
    let absent = (spans == nil ? Tagging.ofSpans : []) + (hasUnseen ? [] : [.unseenAccuracy])
    metrics = Tagging.metrics.filter { !absent.contains($0) }
  }

  public func batches(_ split: Split, _ options: TrainingOptions, _ random: RandomSource?) -> [Batch] {
    SequenceBatcher(sequences: sequences[split], perToken: true).batches(options.batch, random)
  }

  public func targets(_ split: Split) -> Targets {
    Targets(classes: sequences[split].flatMap(\.labels), itemStarts: sequences[split].starts)
  }

  /// Accuracy over tokens, over tokens whose word training lacks, over whole sentences; macro-F1 over labels; of a network the mean loss, too.
  ///
  /// Tokens whose label is not asked for do not count, nor do sentences that have no other.
  public func scores(_ predictions: Predictions, _ split: Split) -> [String: Double] {
    let (targets, seen) = (predictions.targets, sequences[split].flatMap(\.seen))
    var (all, unseen) = (ClassCounts(classes: classes), ClassCounts(classes: classes))
    var wrong = [Bool?](repeating: nil, count: targets.classes.count)
    predictions.each { position, truth, predicted in
      all.add(truth: truth, predicted: predicted)
      if !seen[position] { unseen.add(truth: truth, predicted: predicted) }
      wrong[position] = truth != predicted
    }
    guard all.total > 0 else { return [:] }
    // Nil where no token counts.
    let sentences = targets.items.compactMap { item in
      wrong[item].contains { $0 != nil } ? !wrong[item].contains(true) : nil
    }
    var scores = [
      Metric.accuracy.name: all.accuracy, Metric.macroF1.name: all.macroF1,
      Metric.sequenceAccuracy.name: Double(sentences.count { $0 }) / Double(sentences.count),
    ]
    if unseen.total > 0 { scores[Metric.unseenAccuracy.name] = unseen.accuracy }
    if predictions.sums.count > 0 { scores[Metric.natsPerStep.name] = predictions.sums.mean }
    if let spans = spanCounts(predictions, .lenient) { scores.merge(spans.scores) { $1 } }
    return scores
  }

  /// Spans that are there and that were predicted; nil where labels are no spans.
  ///
  /// A token that asks for no label is outside of every span, and so is what was said of it.
  public func spanCounts(_ predictions: Predictions, _ reading: SpanReading) -> SpanCounts? {
    guard let spans, let outside = tags.first(where: { $0.prefix == .outside }) else { return nil }
    let targets = predictions.targets
    var counts = SpanCounts()
    for item in targets.items {
      guard !predictions.classes[item].contains(Predictions.absent) else { continue }
      let asked = item.filter { targets.classes[$0] != Targets.notAsked }
      let isAsked = Set(asked)
      func read(_ classes: [Int32]) -> [Span] {
        item.map { isAsked.contains($0) ? tags[Int(classes[$0])] : outside }.spans(spans, reading)
      }
      counts.add(truth: read(targets.classes), predicted: read(predictions.classes))
    }
    return counts
  }

  /// Every word's most frequent label in training; the most frequent of all for words without one, and for steps of numbers. Its loss is that of the
  /// word's frequencies, one added to every count.
  public func baseline() -> (name: String, scores: [String: Double]) {
    // Of words and labels that come together: tables of all of both would be too large.
    var pairs: [UInt64: Int] = [:]
    var words: [Int32: (count: Int, best: Int32, most: Int)] = [:]
    var all = [Int](repeating: 0, count: classes)
    func pair(_ token: Int32, _ label: Int32) -> UInt64 { UInt64(token) << 32 | UInt64(label) }
    for sequence in sequences.train {
      for (token, label) in zip(sequence.tokens, sequence.labels) where label != EncodedSequence.noLabel {
        pairs[pair(token, label), default: 0] += 1
        all[Int(label)] += 1
      }
    }
    // Of labels that are equally frequent the first: no order of the dictionary's.
    for (pair, count) in pairs {
      let (token, label) = (Int32(pair >> 32), Int32(truncatingIfNeeded: pair))
      var word = words[token] ?? (0, label, 0)
      if (count, -label) > (word.most, -word.best) { (word.best, word.most) = (label, count) }
      word.count += count
      words[token] = word
    }
    let (common, total) = (Int32(all.firstIndex(of: all.max() ?? 0) ?? 0), all.reduce(0, +))
    let tokens = sequences.test.flatMap { zip($0.tokens, $0.seen) }
    let targets = targets(.test)
    let said = tokens.map { $1 ? words[$0]?.best ?? common : common }
    var (scores, sums) = (scores(Predictions(classes: said, of: targets), .test), LossSums())
    for ((token, seen), label) in zip(tokens, targets.classes) where label != Targets.notAsked {
      let word = seen ? words[token] : nil
      let (count, of) = word.map { (pairs[pair(token, label)] ?? 0, $0.count) } ?? (all[Int(label)], total)
      sums += LossSums(loss: -log(Double(count + 1) / Double(of + classes)), count: 1)
    }
    if sums.count > 0 { scores[Metric.natsPerStep.name] = sums.mean }
    return (readsWords ? "most frequent label of the word" : "most frequent label", scores)
  }
}

extension EncodedSequence {
  /// Whether a word that training lacks has a label that counts.
  fileprivate var asksForUnseen: Bool { zip(seen, labels).contains { !$0 && $1 != EncodedSequence.noLabel } }
}
