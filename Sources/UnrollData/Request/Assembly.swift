import UnrollCore

/// Turns what a reader yields into checked splits: partition, labels, length limit, subsample, in this order.
struct Assembly {
  let options: DataOptions
  let files: SourceFiles

  /// - Throws: `InputError` for a file the reader rejects, a label without training data, or an empty split.
  func corpus(_ reader: Reader) throws -> (Corpus, LabelSet) {
    switch reader {
    case .tagged(let read):
      let (splits, labels) = try sequences(read)
      return (.tagged(splits), labels)
    case .labelled(let read):
      let (splits, labels) = try sequences(read)
      return (.labelled(splits), labels)
    case .pairs(let read):
      return (.pairs(try sequences(read).0), LabelSet([]))
    case .series(let read):
      let (splits, labels) = try sequences(read)
      try checkColumns(splits)
      return (.series(splits), labels)
    case .generatedTags(let generator):
      let splits = try generator.splits(options.generator)
      return (.tagged(splits), LabelSet(splits))
    case .generatedTexts(let generator):
      let splits = try generator.splits(options.generator)
      return (.labelled(splits), LabelSet(splits))
    case .generatedPairs(let generator):
      return (.pairs(try generator.splits(options.generator)), LabelSet([]))
    case .generatedSeries(let generator):
      return (.series(try generator.splits(options.generator)), LabelSet([]))
    case .stream(let read):
      return (.text(try tokens(splitByPosition(read))), LabelSet([]))
    case .pieces(let read):
      let tokeniser = Tokeniser(options)
      var pieces = try splitByContent(read)
      pieces.train = enough(pieces.train, options.subsample, tokeniser)
      pieces.development = enough(pieces.development, options.subsampleHeldOut, tokeniser)
      pieces.test = enough(pieces.test, options.subsampleHeldOut, tokeniser)
      return (.text(try tokens(pieces.each { tokeniser.stream($0.map(\.item)) })), LabelSet([]))
    }
  }

  private func sequences<Item: SequenceItem>(
    _ read: Reader.Read<[Sample<Item>]>
  ) throws -> (Splits<Item>, LabelSet) {
    var splits = try splitByContent(read) { $0.namedLabels.first ?? "" }
    let hasLabels = splits.all.contains { !$0.item.labelNames.isEmpty }
    let (labels, trained) = hasLabels ? try checkLabels(&splits) : (LabelSet([]), [])
    let crowding = crowding(splits)
    if options.maxLength > 0 { splits.train.removeAll { $0.item.length > options.maxLength } }
    splits.train = subsample(splits.train, options.subsample)
    splits.development = subsample(splits.development, options.subsampleHeldOut)
    splits.test = subsample(splits.test, options.subsampleHeldOut)
    try requireItems(splits, crowding)
    for split in Split.allCases where splits[split].allSatisfy({ $0.item.asked == 0 }) {
      let name = split == .train ? "training" : split.rawValue
      throw InputError(
        hasLabels
          ? "every tag of the \(name) split is the ignored one: give it more items"
          : "nothing is asked for in the \(name) split: its targets are empty, or ahead is more than its sequences have rows"
      )
    }
    crowding.map(files.remark)
    remarkMissing(labels, trained, splits)
    return (splits.map(\.item), labels)
  }

  /// All files must have the same columns.
  private func checkColumns(_ splits: Splits<NumberSequence>) throws {
    let own = splits.train[0].columns
    for split in [Split.development, .test] {
      guard let other = splits[split].first(where: { $0.columns != own })?.columns else { continue }
      let (more, fewer) = (
        other.inputs.filter { !own.inputs.contains($0) }, own.inputs.filter { !other.inputs.contains($0) }
      )
      throw InputError(
        "the files of training and \(split.rawValue) have other columns (\((more + fewer).joined(separator: ", "))): name those that "
          + "both have in input_columns")
    }
  }

  private func tokens(_ splits: Splits<String>) throws -> Splits<String> {
    var splits = splits
    splits.train = first(options.subsample, of: splits.train)
    splits.development = first(options.subsampleHeldOut, of: splits.development)
    splits.test = first(options.subsampleHeldOut, of: splits.test)
    try requireItems(splits)
    for split in Assembly.complained where splits[split].count == 1 {
      throw InputError("the \(split.rawValue) split is a single token, so there is none to predict: give more text")
    }
    return splits
  }

  private func first(_ count: Int, of tokens: [String]) -> [String] {
    count > 0 && count < tokens.count ? Array(tokens.prefix(count)) : tokens
  }

  /// The `count` samples with the smallest digests of their content, in their old order; all when `count` is 0.
  ///
  /// Salted apart from the split, or the subsample would come from one end of the training side.
  func subsample<Item>(_ samples: [Sample<Item>], _ count: Int) -> [Sample<Item>] {
    guard count > 0, count < samples.count else { return samples }
    return ranked(samples).prefix(count).sorted().map { samples[$0] }
  }

  /// Indices by rising digest of the content.
  private func ranked<Item>(_ samples: [Sample<Item>]) -> [Int] {
    let ranks = samples.map { Digest.number("subsample\n" + $0.key) }
    return samples.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
  }

  /// The pieces with the smallest digests that together have `count` tokens or a few more, in their old order: the first
  /// pieces of a dictionary would be of one kind.
  private func enough(_ pieces: [Sample<String>], _ count: Int, _ tokeniser: Tokeniser) -> [Sample<String>] {
    guard count > 0 else { return pieces }
    var tokens = 0
    let chosen = ranked(pieces).prefix { index in
      defer { tokens += tokeniser.stream([pieces[index].item]).count }
      return tokens < count
    }
    return chosen.sorted().map { pieces[$0] }
  }

  /// - Parameter crowding: that equal texts stay together, where this may be the reason.
  private func requireItems<Item>(_ splits: Splits<Item>, _ crowding: String? = nil) throws {
    for split in Assembly.complained where splits[split].isEmpty {
      let all = splits.sizes.values.reduce(0, +)
      throw InputError(
        "the \(split.rawValue) split is empty: \(crowding.map { "\($0); " } ?? "")"
          + "give more data (there are \(all) items)\(advice(split))")
    }
  }

  /// What else helps against an empty split.
  private func advice(_ split: Split) -> String {
    switch split {
    case .train: options.maxLength > 0 ? ", or a larger max_length" : ""
    case .development where options.hasDevelopment, .test where options.hasTest: ""
    case .test where options.folds > 0: ", or fewer folds"
    case .development, .test: ", a file for it, or a larger \(split.rawValue)_percent"
    }
  }

  /// In the order in which they are complained of.
  private static let complained = [Split.development, .test, .train]
}
