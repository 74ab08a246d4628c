import UnrollCore

/// The options of generated data sets; each set lists the keys that mean something to it.
struct GeneratorOptions: Options {
  /// Where the items of `copying` stand: before all blanks, or anywhere among them.
  enum Placement: String, CaseIterable, Sendable { case first, scattered }

  var length = 20
  var symbols = 8
  var items = 4
  var placement = Placement.first
  var repeats = true
  var pairs = 4
  var queries = 4
  var trainItems = 2000
  var developmentItems = 400
  var testItems = 400
  var seed = 1

  static let table: [OptionKey<GeneratorOptions>] = [
    OptionKey(
      "length", \.length, in: 1...1_000_000,
      "copying, associative-recall: blanks to remember across; greeting: sentences; adding, narma: steps of a sequence"),
    OptionKey(
      "symbols", \.symbols, in: 2...10_000,
      "distinct items (associative-recall: distinct keys, and values; greeting: names)"),
    OptionKey("items", \.items, in: 1...10_000, "items to remember, in their order"),
    OptionKey("placement", \.placement, "the items before all blanks, or scattered among them"),
    OptionKey("repeats", \.repeats, "whether an item may come more than once in a sequence")
      .needs("items: 2 or more") { $0.items > 1 },
    OptionKey("pairs", \.pairs, in: 1...10_000, "pairs of a key and its value to remember"),
    OptionKey("queries", \.queries, in: 1...10_000, "keys that are asked for at the end, each once"),
    OptionKey("train_items", \.trainItems, in: 1...100_000_000, "training sequences to generate"),
    OptionKey("development_items", \.developmentItems, in: 1...100_000_000, "development sequences to generate"),
    OptionKey("test_items", \.testItems, in: 1...100_000_000, "test sequences to generate"),
    OptionKey("data_seed", \.seed, in: 0...Int.max, "seed of the sequences, whatever the seeds of the runs"),
  ]

  /// What every generated set has.
  static let commonKeys = ["train_items", "development_items", "test_items", "data_seed"]
}
