import UnrollCore

/// The options of generated data sets; each set lists the keys that mean something to it.
struct GeneratorOptions: Options {
  /// Where the items of `copying` stand: before all blanks, or anywhere among them.
  enum Placement: String, CaseIterable, Sendable { case first, scattered }

  /// What `copying` asks for at the end: every item in its order, or the one at a position.
  enum Asked: String, CaseIterable, Sendable { case all, one }

  var length = 20
  var shortest = 0
  var testLengths = ""
  var symbols = 8
  var items = 4
  var placement = Placement.first
  var repeats = true
  var asked = Asked.all
  var depth = 4
  var pairs = 4
  var queries = 4
  var trainItems = 2000
  var developmentItems = 400
  var testItems = 400
  var seed = 1

  static let table: [OptionKey<GeneratorOptions>] = [
    OptionKey(
      "length", \.length, in: 1...1_000_000,
      "how long a sequence is, in what the data set is made of: blanks to remember across, bits, digits, brackets, sentences"
    ),
    OptionKey(
      "shortest", \.shortest, in: 0...1_000_000,
      "training and development have every length from here to length equally often; 0: length alone"
    ).later,
    OptionKey(
      "test_lengths", \.testLengths,
      "lengths of the test sequences, with commas, test_items of each; empty: those of training"
    ).later,
    OptionKey(
      "symbols", \.symbols, in: 2...10_000,
      "distinct items, kinds of brackets, or the modulus of arithmetic (associative-recall: distinct keys, and values; greeting: names)"
    ),
    OptionKey("items", \.items, in: 1...10_000, "items to remember, in their order"),
    OptionKey("placement", \.placement, "the items before all blanks, or scattered among them"),
    OptionKey("repeats", \.repeats, "whether an item may come more than once in a sequence")
      .needs("items: 2 or more") { $0.items > 1 },
    OptionKey("asked", \.asked, "every item in its order, or the one at a position").later,
    OptionKey("depth", \.depth, in: 1...1000, "how deep brackets stand in each other at most"),
    OptionKey("pairs", \.pairs, in: 1...10_000, "pairs of a key and its value to remember"),
    OptionKey("queries", \.queries, in: 1...10_000, "keys that are asked for at the end, each once"),
    OptionKey("train_items", \.trainItems, in: 1...100_000_000, "training sequences to generate"),
    OptionKey("development_items", \.developmentItems, in: 1...100_000_000, "development sequences to generate"),
    OptionKey("test_items", \.testItems, in: 1...100_000_000, "test sequences to generate"),
    OptionKey("data_seed", \.seed, in: 0...Int.max, "seed of the sequences, whatever the seeds of the runs"),
  ]

  /// What every generated set has.
  static let commonKeys = ["shortest", "test_lengths", "train_items", "development_items", "test_items", "data_seed"]
}

extension GeneratorOptions {
  /// The same with another length.
  func with(length: Int) -> GeneratorOptions {
    var options = self
    options.length = length
    return options
  }

  /// Lengths of the test sequences, rising; those of training where the study names none.
  ///
  /// - Throws: `InputError` for what is no list of lengths.
  func lengthsOfTest() throws -> [Int]? {
    guard !testLengths.isEmpty else { return nil }
    let lengths = testLengths.split(separator: ",").map { $0.filter { $0 != " " } }.map { Int($0) ?? 0 }
    guard lengths.allSatisfy({ (1...1_000_000).contains($0) }), Set(lengths).count == lengths.count else {
      throw InputError("test_lengths must be different whole numbers from 1 on, with commas, not \"\(testLengths)\"")
    }
    return lengths.sorted()
  }
}
