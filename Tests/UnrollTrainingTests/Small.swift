import UnrollCore
import UnrollData
import UnrollKernels
import UnrollLayers

@testable import UnrollTraining

/// Data, models and options small enough to be followed by hand.
enum Small {
  /// "the/D cat/N": words with tags, of which one may ask for nothing; sentences by line.
  static func tagged(
    _ train: String, development: String? = nil, test: String? = nil, ignoring ignored: String = "",
    spelled: Bool = false
  ) throws -> EncodedData {
    func read(_ text: String) -> [TaggedSentence] {
      text.split(separator: "\n").map { line in
        let pairs = line.split(separator: " ").map { $0.split(separator: "/").map(String.init) }
        return TaggedSentence(words: pairs.map { $0[0] }, tags: pairs.map { $0[1] == ignored ? nil : $0[1] })
      }
    }
    let splits = Splits(train: read(train), development: read(development ?? train), test: read(test ?? train))
    return try encoded(
      .tagged(splits), LabelSet((splits.train + splits.test).flatMap(\.tags).compactMap { $0 }), spelled: spelled)
  }

  /// "yes a b c": a label, then words; texts by line.
  static func labelled(_ train: String, development: String? = nil, test: String? = nil) throws -> EncodedData {
    func read(_ text: String) -> [LabelledText] {
      text.split(separator: "\n").map { line in
        let words = line.split(separator: " ").map(String.init)
        return LabelledText(words: Array(words.dropFirst()), label: words[0])
      }
    }
    let splits = Splits(train: read(train), development: read(development ?? train), test: read(test ?? train))
    return try encoded(.labelled(splits), LabelSet(splits.train.map(\.label) + splits.test.map(\.label)))
  }

  /// "a b > x y": a source, what is to be written for it; pairs by line.
  static func pairs(_ train: String, test: String? = nil, minimumCount: Int = 1) throws -> EncodedData {
    func read(_ text: String) -> [TextPair] {
      text.split(separator: "\n").map { line in
        let sides = line.split(separator: ">").map { $0.split(separator: " ").map(String.init) }
        return TextPair(source: sides[0], target: sides[1])
      }
    }
    let splits = Splits(train: read(train), development: read(test ?? train), test: read(test ?? train))
    return try EncodedData(
      LoadedData(
        name: "small", version: "1", licence: "", source: "", digest: "", labels: LabelSet([]), corpus: .pairs(splits)),
      minimumCount: minimumCount)
  }

  /// Pairs of texts of one to five words over nine, whose label says whether the second begins with a word of the first.
  static func pairs(_ count: Int, seed: UInt64 = 7) -> [LabelledText] {
    var random = RandomSource(seed: seed)
    func words() -> [String] { (0..<1 + random.below(5)).map { _ in "w\(random.below(9))" } }
    return (0..<count).map { _ in
      let (premise, hypothesis) = (words(), words())
      return LabelledText(
        words: premise + ["<sep>"] + hypothesis, label: premise.contains(hypothesis[0]) ? "yes" : "no",
        boundary: premise.count + 1)
    }
  }

  /// Such pairs, held out as they were trained on where nothing else is given.
  static func paired(_ train: [LabelledText], heldOut: [LabelledText]? = nil) throws -> EncodedData {
    try encoded(
      .labelled(Splits(train: train, development: heldOut ?? train, test: heldOut ?? train)), LabelSet(["no", "yes"]))
  }

  /// Running text of characters.
  static func text(_ train: String, development: String? = nil, test: String? = nil) throws -> EncodedData {
    func read(_ text: String) -> [String] { text.map { String($0) } }
    let splits = Splits(train: read(train), development: read(development ?? train), test: read(test ?? train))
    return try encoded(.text(splits), LabelSet([]))
  }

  /// Rows of numbers.
  static func series(_ splits: Splits<NumberSequence>, labels: [String] = []) throws -> EncodedData {
    try encoded(.series(splits), LabelSet(labels))
  }

  private static func encoded(_ corpus: Corpus, _ labels: LabelSet, spelled: Bool = false) throws -> EncodedData {
    try EncodedData(
      LoadedData(name: "small", version: "1", licence: "", source: "", digest: "", labels: labels, corpus: corpus),
      spelled: spelled)
  }

  /// Every kind of backend with its defaults, or with the options of the contract, whose states short texts feel.
  static func backend(
    _ name: String, width: Int, _ direction: StackOptions.Direction = .forward, miniature: Bool = false
  ) throws -> BackendSettings {
    let type = try Backends.named(name)
    var settings = BackendSettings(miniature ? type.miniature : type.init())
    let step = settings.options.widthStep
    settings.stack.width = (width + step - 1) / step * step
    settings.stack.direction = direction
    return settings
  }

  static let backends = Backends.all.map { $0.name }

  /// A network with dropout, so that randomness takes part.
  static func model(
    _ data: EncodedData, _ task: some Task, _ backend: BackendSettings, seed: UInt64 = 1, dropout: Double = 0,
    wordDropout: Double = 0
  ) throws -> SequenceNetwork {
    var options = ModelOptions()
    options.embedding = 6
    (options.embeddingDropout, options.outputDropout, options.wordDropout) = (dropout, dropout, wordDropout)
    let known = NetworkData(data.vocabulary, outputs: task.classes, labels: data.labels)
    return try SequenceNetwork(
      NetworkRecipe(options, backend, type(of: task).reading, known), random: RandomSource(seed: seed))
  }

  /// Sentences of lengths 1 to 7 over 12 words; a tag depends on the word and on the word before.
  static func sentences(_ count: Int, seed: UInt64 = 5) -> String {
    var random = RandomSource(seed: seed)
    return (0..<count).map { _ in
      let words = (0..<Int.random(in: 1...7, using: &random)).map { _ in Int.random(in: 0..<12, using: &random) }
      return words.indices.map { "w\(words[$0])/t\((words[$0] + ($0 > 0 ? words[$0 - 1] : 0)) % 3)" }
        .joined(separator: " ")
    }.joined(separator: "\n")
  }

  /// Sources of 1 to 6 words, each written backwards in words of its own, the word `w0` twice.
  static func reversals(_ count: Int, words: Int = 5, seed: UInt64 = 7) -> String {
    var random = RandomSource(seed: seed)
    return (0..<count).map { _ in
      let source = (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 0..<words, using: &random) }
      let target = source.reversed().map { $0 == 0 ? "x0 x0" : "x\($0)" }
      return source.map { "w\($0)" }.joined(separator: " ") + " > " + target.joined(separator: " ")
    }.joined(separator: "\n")
  }

  /// Texts of 3 to 8 words whose label is that of their second word.
  static func texts(_ count: Int, seed: UInt64 = 6) -> String {
    var random = RandomSource(seed: seed)
    return (0..<count).map { _ in
      let words = (0..<Int.random(in: 3...8, using: &random)).map { _ in Int.random(in: 0..<9, using: &random) }
      return "l\(words[1] % 3) " + words.map { "w\($0)" }.joined(separator: " ")
    }.joined(separator: "\n")
  }
}

extension Batch {
  /// The sequences of packed tokens (or targets), one by one.
  func unpacked(_ packed: [Int32]) -> [[Int32]] {
    var sequences = [[Int32]](repeating: [], count: steps.sequences)
    for (row, owner) in steps.sequenceOfRow.enumerated() { sequences[Int(owner)].append(packed[row]) }
    return sequences
  }
}

extension SequenceNetwork {
  var weights: [Float] { parameters.values.row.array }
}
