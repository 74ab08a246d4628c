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
    let side = sides(of: keys, options.stratify ? all.map { group($0.item) } : nil)
    for (sample, key) in zip(all, keys) {
      switch side(key) {
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

  /// - Parameter groups: the class of every key, where each is split by itself.
  private func sides(of keys: [String], _ groups: [String]?) -> (String) -> Split {
    guard options.folds > 0 else { return sides(of: keys, groups, salt) }
    let folds = folds(of: keys, groups)
    let isOwn = { [own = options.fold - 1] in folds[$0] == own }
    // Of the other folds development is taken as it is without any, each time other items.
    let rest = keys.indices.filter { !isOwn(keys[$0]) }
    let others = sides(
      of: rest.map { keys[$0] }, groups.map { groups in rest.map { groups[$0] } }, "fold \(options.fold) \(salt)")
    return { isOwn($0) ? .test : others($0) }
  }

  private func sides(of keys: [String], _ groups: [String]?, _ salt: String) -> (String) -> Split {
    guard let groups else { return { side(of: $0, salt) } }
    let sides = heldOut(of: keys, groups, salt)
    return { sides[$0] ?? .train }
  }

  /// Makes other splits of the same items: what every digest of a key begins with.
  private var salt: String { options.splitSeed == 0 ? "split\n" : "split \(options.splitSeed)\n" }

  /// The side of an item depends on nothing but its content, the seed and the percentages, so adding items moves no other.
  private func side(of key: String, _ salt: String) -> Split {
    let bucket = Int(Digest.number(salt + key) % 100)
    let (development, test) = percentages
    if bucket < test { return .test }
    return bucket < test + development ? .development : .train
  }

  /// The held-out keys with every group split by itself: of its different keys, those with the smallest digests are test, the next
  /// development.
  ///
  /// Shares are rounded, but one at least: of two keys one is test, of three one is on each side.
  private func heldOut(of keys: [String], _ groups: [String], _ salt: String) -> [String: Split] {
    var sides: [String: Split] = [:]
    for keys in ranked(keys, groups, salt) {
      let test = share(percentages.test, of: keys.count, atMost: keys.count - 1)
      let development = share(percentages.development, of: keys.count, atMost: keys.count - 1 - test)
      for key in keys.prefix(test) { sides[key] = .test }
      for key in keys.dropFirst(test).prefix(development) { sides[key] = .development }
    }
    return sides
  }

  /// The fold of every key, from 0. Keys take them in turn by rising digest, group after group: so folds differ by one key at most, in
  /// all and in every group.
  private func folds(of keys: [String], _ groups: [String]?) -> [String: Int] {
    var folds: [String: Int] = [:]
    for key in ranked(keys, groups ?? keys.map { _ in "" }, salt).joined() { folds[key] = folds.count % options.folds }
    return folds
  }

  /// The different keys of every group by rising digest, groups by their names. A key that stands in several groups counts in that of its
  /// first item.
  private func ranked(_ keys: [String], _ groups: [String], _ salt: String) -> [[String]] {
    var (members, seen): ([TokenKey: [String]], Set<String>) = ([:], [])
    for (key, group) in zip(keys, groups) where seen.insert(key).inserted {
      members[TokenKey(group), default: []].append(key)
    }
    return members.sorted { $0.key.text.utf8.lexicographicallyPrecedes($1.key.text.utf8) }.map { _, keys in
      keys.map { (Digest.number(salt + $0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
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

  /// What is taken from the training items; nothing for a split with its own file, or where test is a fold.
  private var percentages: (development: Int, test: Int) {
    (
      options.hasDevelopment ? 0 : options.developmentPercent,
      options.hasTest || options.folds > 0 ? 0 : options.testPercent
    )
  }
}
