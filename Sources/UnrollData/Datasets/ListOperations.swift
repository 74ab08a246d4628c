import UnrollCore

extension DatasetDefinition {
  /// Lists of digits under max, min, med (the median, the lower of two) and sm (the sum modulo 10), in each other at most `depth` deep, of
  /// `length` digits in all and `items` or fewer to a list; the class is the value:
  ///
  ///     [max 2 9 [min 4 7 ] 0 ]      class 9
  ///
  /// (ListOps, Nangia & Bowman 2018.)
  static let listOperations = DatasetDefinition(
    "list-operations", "the value of nested lists under max, min, median and sum", version: "1",
    licence: "none needed", source: "generated",
    format: .generated(
      ["length", "items", "depth"],
      check: { options in
        var most = 1.0
        for _ in 0..<options.depth where most < Double(options.length) { most *= Double(max(2, options.items)) }
        guard options.items > 1, most >= Double(options.length) else {
          throw InputError(
            "list-operations: \(options.length) digits do not fit into lists of \(options.items) that are \(options.depth) deep; raise items or depth"
          )
        }
      },
      .generatedTexts(
        Generator { options, random in
          let (words, value) = ListOperation.list(options.length, options.depth, options.items, &random)
          return LabelledText(words: words, label: "\(value)")
        })))
}

private enum ListOperation: String, CaseIterable {
  case max, min, med, sm

  func value(_ values: [Int]) -> Int {
    switch self {
    case .max: values.max()!
    case .min: values.min()!
    case .med: values.sorted()[(values.count - 1) / 2]
    case .sm: values.reduce(0, +) % 10
    }
  }

  /// A list of so many digits, whose own lists are one less deep.
  static func list(
    _ digits: Int, _ depth: Int, _ widest: Int, _ random: inout RandomSource
  ) -> (words: [String], value: Int) {
    guard digits > 1 else {
      let digit = random.below(10)
      return (["\(digit)"], digit)
    }
    let operation = allCases[random.below(allCases.count)]
    // What a part of it can hold.
    var room = 1
    for _ in 1..<depth where room < digits { room *= widest }
    let fewest = Swift.max(2, (digits + room - 1) / room)
    let count = Swift.min(digits, fewest + random.below(Swift.max(1, widest - fewest + 1)))
    var sizes = [Int](repeating: 1, count: count)
    for _ in count..<digits {
      let open = sizes.indices.filter { sizes[$0] < room }
      sizes[open[random.below(open.count)]] += 1
    }
    let parts = sizes.map { list($0, depth - 1, widest, &random) }
    return (["[\(operation.rawValue)"] + parts.flatMap(\.words) + ["]"], operation.value(parts.map(\.value)))
  }
}
