import UnrollCore

extension Assembly {
  /// Reads the files that are given, and takes missing splits from the training items by their content.
  func splitByContent<Item>(_ read: Reader.Read<[Sample<Item>]>) throws -> Splits<Sample<Item>> {
    let all = try read(options.train, files, options)
    var splits = Splits<Sample<Item>>()
    if options.hasDevelopment { splits.development = try read(options.development, files, options) }
    if options.hasTest { splits.test = try read(options.test, files, options) }
    guard !options.hasDevelopment || !options.hasTest else {
      splits.train = all
      return splits
    }
    var occurrences: [String: Int] = [:]
    for sample in all {
      // The first copy keeps its side under either option.
      let copy = options.duplicates == .apart ? occurrences[sample.key, default: 0] : 0
      occurrences[sample.key, default: 0] += 1
      switch side(of: copy == 0 ? sample.key : "\(sample.key)\n\(copy)") {
      case .train: splits.train.append(sample)
      case .development: splits.development.append(sample)
      case .test: splits.test.append(sample)
      }
    }
    return splits
  }

  enum Side { case train, development, test }

  /// The side of an item depends on nothing but its content and the percentages, so adding items moves no other.
  func side(of key: String) -> Side {
    let bucket = Int(Digest.number("split\n" + key) % 100)
    let (development, test) = percentages
    if bucket < test { return .test }
    return bucket < test + development ? .development : .train
  }

  /// Reads the files that are given, and takes missing splits from the end of the training text: first the
  /// development part, then the test part.
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
