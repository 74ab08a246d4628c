import UnrollCore

extension Assembly {
  /// Reads the files that are given, and takes missing splits from the training items by their content.
  ///
  /// - Parameter group: the class of an item, for `stratify`.
  func splitByContent<Item>(
    _ read: Reader.Read<[Sample<Item>]>, group: (Item) -> String = { _ in "" }
  ) throws -> Splits<Sample<Item>> {
    let all = try read(options.train, files, options)
    var splits = Splits<Sample<Item>>()
    if options.hasDevelopment { splits.development = try read(options.development, files, options) }
    if options.hasTest { splits.test = try read(options.test, files, options) }
    guard takesFromTraining else {
      splits.train = all
      return splits
    }
    let keys = splitKeys(all)
    let stratified = options.stratify ? sides(of: keys, groups: all.map { group($0.item) }) : [:]
    for (sample, key) in zip(all, keys) {
      switch stratified[key] ?? side(of: key) {
      case .train: splits.train.append(sample)
      case .development: splits.development.append(sample)
      case .test: splits.test.append(sample)
      }
    }
    return splits
  }

  /// Whether some split is taken from the training items.
  var takesFromTraining: Bool { !options.hasDevelopment || !options.hasTest }

  /// What the side of every item depends on: its content, and the number of the copy where duplicates are apart. The first copy
  /// keeps its side under either option.
  private func splitKeys<Item>(_ samples: [Sample<Item>]) -> [String] {
    guard options.duplicates == .apart else { return samples.map(\.key) }
    var occurrences: [String: Int] = [:]
    return samples.map { sample in
      defer { occurrences[sample.key, default: 0] += 1 }
      return occurrences[sample.key].map { "\(sample.key)\n\($0)" } ?? sample.key
    }
  }

  /// The side of an item depends on nothing but its content and the percentages, so adding items moves no other.
  func side(of key: String) -> Split {
    let bucket = Int(Digest.number("split\n" + key) % 100)
    let (development, test) = percentages
    if bucket < test { return .test }
    return bucket < test + development ? .development : .train
  }

  /// Sides with every group split by itself: of its different keys, those with the smallest digests are test, the next development.
  ///
  /// Shares are rounded, but one at least: of two keys one is test, of three one is on each side. A key that stands in several
  /// groups counts in that of its first item.
  private func sides(of keys: [String], groups: [String]) -> [String: Split] {
    var members: [TokenKey: [String]] = [:]
    var sides: [String: Split] = [:]
    for (key, group) in zip(keys, groups) where sides.updateValue(.train, forKey: key) == nil {
      members[TokenKey(group), default: []].append(key)
    }
    for keys in members.values {
      let ranked = keys.map { (Digest.number("split\n" + $0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
      let test = share(percentages.test, of: keys.count, atMost: keys.count - 1)
      let development = share(percentages.development, of: keys.count, atMost: keys.count - 1 - test)
      for key in ranked.prefix(test) { sides[key] = .test }
      for key in ranked.dropFirst(test).prefix(development) { sides[key] = .development }
    }
    return sides
  }

  private func share(_ percent: Int, of count: Int, atMost limit: Int) -> Int {
    percent == 0 ? 0 : min(limit, max(1, (count * percent + 50) / 100))
  }

  /// Reads the files that are given, and takes missing splits from the end of the training text: first development,
  /// then test.
  func splitByPosition(_ read: Reader.Read<[String]>) throws -> Splits<String> {
    let all = try read(options.train, files, options)
    var splits = Splits<String>()
    let (development, test) = percentages
    let firstHeld = all.count * (100 - development - test) / 100
    let firstTest = all.count * (100 - test) / 100
    splits.train = Array(all[..<firstHeld])
    splits.development =
      options.hasDevelopment
      ? try read(options.development, files, options) : Array(all[firstHeld..<firstTest])
    splits.test = options.hasTest ? try read(options.test, files, options) : Array(all[firstTest...])
    return splits
  }

  /// What is taken from the training items; nothing for a split with its own file.
  private var percentages: (development: Int, test: Int) {
    (options.hasDevelopment ? 0 : options.developmentPercent, options.hasTest ? 0 : options.testPercent)
  }
}
