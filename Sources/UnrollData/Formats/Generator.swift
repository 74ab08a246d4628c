import UnrollCore

/// Makes items instead of reading them: a pure function of options and randomness.
struct Generator<Item: SequenceItem>: Sendable {
  let make: @Sendable (GeneratorOptions, inout RandomSource) -> Item

  /// What an item takes as words and labels and encoded: measured, rounded up.
  private static var bytesPerToken: Double { 80 }
  private static var bytesPerItem: Double { 400 }

  /// Three splits that share no sequence.
  ///
  /// Every item has a random source of its own, numbered within its split's, so items that are added leave the others as
  /// they are. Test comes first and a sequence that an earlier split has is left out of a later one, so that test is the
  /// same for any amount of training.
  ///
  /// - Throws: `InputError` when there are too few different sequences.
  func splits(_ options: GeneratorOptions) throws -> Splits<Item> {
    var taken: Set<[String]> = []
    let random = RandomSource(seed: UInt64(options.seed))
    func varied(_ own: inout RandomSource) -> GeneratorOptions {
      guard options.shortest > 0 else { return options }
      return options.with(length: options.shortest + own.below(options.length - options.shortest + 1))
    }
    var splits = Splits<Item>()
    let test = random.split(Split.test.rawValue)
    if let lengths = try options.lengthsOfTest() {
      // Lengths that are added leave the others as they are, too.
      for length in lengths {
        let alone = options.with(length: length)
        splits.test += try items(options.testItems, alone, test.split("\(length)"), apartFrom: taken) { _ in alone }
      }
    } else {
      splits.test = try items(options.testItems, options, test, apartFrom: taken, varied)
    }
    taken.formUnion(splits.test.map(\.content))
    splits.development = try items(
      options.developmentItems, options, random.split(Split.development.rawValue), apartFrom: taken, varied)
    taken.formUnion(splits.development.map(\.content))
    splits.train = try items(
      options.trainItems, options, random.split(Split.train.rawValue), apartFrom: taken, varied)
    return splits
  }

  /// - Throws: `InputError` when so many items do not fit into memory. One item is made to see how long they are.
  func requireMemory(_ options: GeneratorOptions) throws {
    var random = RandomSource(seed: 0)
    let lengths = try options.lengthsOfTest() ?? []
    let tokens = make(options.with(length: max(options.length, lengths.last ?? 0)), &random).length
    let items = options.trainItems + options.developmentItems + max(1, lengths.count) * options.testItems
    try Resources.require(
      Double(items) * (Double(tokens) * Generator.bytesPerToken + Generator.bytesPerItem),
      for: "generated data: \(items) sequences of \(tokens) tokens", "lower length, train_items or the others")
  }

  private func items(
    _ count: Int, _ options: GeneratorOptions, _ random: RandomSource, apartFrom taken: Set<[String]>,
    _ varied: (inout RandomSource) -> GeneratorOptions
  ) throws -> [Item] {
    var items: [Item] = []
    items.reserveCapacity(count)
    for number in 0..<(20 * count + 1000) where items.count < count {
      var own = random.split(number)
      let item = make(varied(&own), &own)
      if !taken.contains(item.content) { items.append(item) }
    }
    guard items.count == count else {
      throw InputError(
        "generated data: there are too few different sequences for three splits that share none: raise length, symbols, items or pairs, "
          + "or lower development_items and test_items")
    }
    return items
  }
}

extension RandomSource {
  /// `count` different numbers below `limit` in random order (the first steps of a Fisher–Yates shuffle).
  mutating func distinct(_ count: Int, below limit: Int) -> [Int] {
    var numbers = Array(0..<limit)
    for index in 0..<count { numbers.swapAt(index, index + below(limit - index)) }
    return Array(numbers[..<count])
  }
}
