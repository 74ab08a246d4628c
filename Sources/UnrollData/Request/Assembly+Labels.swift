import UnrollCore

extension Assembly {
  /// All labels of the set, after `unseen_labels` was applied to those that training does not have, and those that it has.
  ///
  /// - Throws: `InputError` with file and line when a label occurs only outside training and the option says `error`,
  ///   or when there is nothing to tell apart, or nearly every item has a label of its own.
  func checkLabels<Item: SequenceItem>(_ splits: inout Splits<Sample<Item>>) throws -> (
    labels: LabelSet, trained: Set<TokenKey>
  ) {
    let trained = Assembly.names(splits.train)
    let all = trained.union(Assembly.names(splits.development)).union(Assembly.names(splits.test))
    try refuseSingular(all.count, splits)
    switch options.unseenLabels {
    case .error:
      for split in [Split.development, .test] { try complain(splits, split, trained) }
    case .drop:
      splits.development.removeAll { !$0.item.namedLabels.allSatisfy { trained.contains(TokenKey($0)) } }
      splits.test.removeAll { !$0.item.namedLabels.allSatisfy { trained.contains(TokenKey($0)) } }
    case .keep: break
    }
    let labels = LabelSet((options.unseenLabels == .drop ? trained : all).map(\.text))
    guard labels.count > 1 || splits.train.isEmpty else {
      let all = labels.names.first.map { "every item has the label \"\($0)\"" } ?? "every tag is the ignored one"
      throw InputError("\(all): there is nothing to learn; choose another column", file: splits.train[0].file)
    }
    return (labels, trained)
  }

  private static func names<Item: SequenceItem>(_ samples: [Sample<Item>]) -> Set<TokenKey> {
    samples.reduce(into: []) { set, sample in
      for name in sample.item.namedLabels { set.insert(TokenKey(name)) }
    }
  }

  /// Joined labels, texts or numbers in the place of a label: what is there once cannot be learnt.
  private func refuseSingular<Item: SequenceItem>(_ labels: Int, _ splits: Splits<Sample<Item>>) throws {
    guard labels > 10, labels > splits.sizes.values.reduce(0, +) / 2 else { return }
    let count = splits.all.reduce(0) { $0 + $1.item.namedLabels.count }
    guard labels > count / 2, let first = splits.all.first(where: { !$0.item.namedLabels.isEmpty }) else { return }
    throw InputError(
      "there are \(labels) different labels for \(count) places, such as \"\(first.item.namedLabels[0])\": an item has one "
        + "label, and every label several items; choose another column, or take joined labels apart", file: first.file)
  }

  private func complain<Item: SequenceItem>(
    _ splits: Splits<Sample<Item>>, _ split: Split, _ trained: Set<TokenKey>
  ) throws {
    for sample in splits[split] {
      let unknown = zip(sample.item.labelNames, sample.lines).first { name, _ in
        name.map { !trained.contains(TokenKey($0)) } ?? false
      }
      guard case (let name?, let line)? = unknown else { continue }
      let reason = crowding(splits) { $0.namedLabels.contains(name) }.map { " (\($0))" } ?? ""
      let advice = mayStratify(Item.self) ? "stratify to true, which splits every class by itself, or " : ""
      throw InputError(
        "the label \"\(name)\" occurs in the \(split.rawValue) split but never in training\(reason); correct it, or set "
          + "\(advice)unseen_labels to keep (such items count as errors) or drop",
        file: sample.file, line: line)
    }
  }

  private func mayStratify<Item>(_ type: Item.Type) -> Bool {
    type == LabelledText.self && takesFromTraining && !options.stratify
  }

  /// That most items are copies, which stay on one side of the split; nil where they are not, or do not.
  ///
  /// - Parameter isMeant: of which items; all when left out.
  func crowding<Item>(_ splits: Splits<Sample<Item>>, _ isMeant: (Item) -> Bool = { _ in true }) -> String? {
    guard takesFromTraining, options.duplicates == .together else { return nil }
    let keys = splits.all.compactMap { isMeant($0.item) ? $0.key : nil }
    let (count, different) = (keys.count, Set(keys).count)
    guard 2 * different <= count else { return nil }
    return "different texts among \(count) items: \(different); equal ones stay together unless duplicates is apart"
  }

  /// Says which labels cannot be learnt, and which cannot be tested.
  ///
  /// - Parameter trained: the labels of training before items were left out of it.
  func remarkMissing<Item: SequenceItem>(_ labels: LabelSet, _ trained: Set<TokenKey>, _ splits: Splits<Sample<Item>>) {
    let isWhole = options.subsample == 0 && options.maxLength == 0
    for (split, present) in [
      ("training", isWhole ? trained : Assembly.names(splits.train)), ("test", Assembly.names(splits.test)),
    ] {
      let missing = labels.names.filter { !present.contains(TokenKey($0)) }
      guard !missing.isEmpty else { continue }
      let names = missing.prefix(5).joined(separator: ", ") + (missing.count > 5 ? ", …" : "")
      let advice = mayStratify(Item.self) ? "; stratify: true splits every class by itself" : ""
      files.remark("classes without a \(split) item: \(missing.count) of \(labels.count) (\(names))\(advice)")
    }
  }
}
