import UnrollCore
import UnrollData
import UnrollLayers
import UnrollTraining

/// Expansion of lists: a table in which some values are lists stands for every combination of their items.
enum Grid {
  /// A key that was a list, with the value that it has at a point.
  struct Varied {
    /// The keys of the tables that hold it, and its own.
    let path: [String]
    let value: String

    /// `key=value`.
    var label: String { "\(path.last!)=\(value)" }
  }

  struct Point {
    /// The table with single values.
    let setting: Setting
    /// In the order of the file.
    let varied: [Varied]

    /// The table under a key; none when it is not there.
    func table(_ key: String) throws -> [Setting.Entry] {
      try setting.entries(key).first { $0.key == key }?.value.entries(key) ?? []
    }

    func text(_ key: String) throws -> String? {
      try setting.entries(key).first { $0.key == key }?.value.text(key)
    }
  }

  /// Points of the expansion, counted without making them; `.max` when they are beyond counting.
  static func size(_ setting: Setting) -> Int {
    guard case .table(let entries) = setting.content else { return 1 }
    return entries.reduce(1) { product, entry in
      let choices =
        switch entry.value.content {
        case .list(let items) where !isOneValue(entry): max(1, items.count)
        default: size(entry.value)
        }
      return multiplied(product, choices)
    }
  }

  static func multiplied(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : product
  }

  /// Tables nest; lists of more than one item vary, a list of one is its item. The first key varies slowest.
  static func expand(_ setting: Setting, _ path: [String] = []) throws -> [Point] {
    guard case .table(let entries) = setting.content else { return [Point(setting: setting, varied: [])] }
    var points: [(entries: [Setting.Entry], varied: [Varied])] = [([], [])]
    for entry in entries {
      let choices = try choices(entry, path + [entry.key])
      points = points.flatMap { point in
        choices.map { choice in
          (
            point.entries + [Setting.Entry(key: entry.key, line: entry.line, value: choice.setting)],
            point.varied + choice.varied
          )
        }
      }
    }
    return points.map {
      Point(setting: Setting(.table($0.entries), file: setting.file, line: setting.line), varied: $0.varied)
    }
  }

  /// Keys whose list is one value; a list of such lists varies.
  private static let listKeys = [StackOfBackendsOptions.listKey, ModelOptions.inputsKey, DataRequest.textKey]

  /// Keys whose values may be more than single ones.
  private static func canBeTables(_ key: String) -> Bool {
    listKeys.contains(key) || [ModelOptions.headKey, ModelOptions.decoderKey].contains(key)
  }

  private static func isOneValue(_ entry: Setting.Entry) -> Bool {
    guard listKeys.contains(entry.key), case .list(let items) = entry.value.content else { return false }
    return !items.allSatisfy { if case .list = $0.content { true } else { false } }
  }

  private static func choices(_ entry: Setting.Entry, _ path: [String]) throws -> [Point] {
    switch entry.value.content {
    case .scalar: return [Point(setting: entry.value, varied: [])]
    case .list where isOneValue(entry): return [Point(setting: entry.value, varied: [])]
    case .table: return try expand(entry.value, path)
    case .list(let items):
      guard !items.isEmpty else { throw entry.value.error("\(entry.key) is an empty list") }
      let texts = try items.map { canBeTables(entry.key) ? $0.title : try $0.text("an item of \(entry.key)") }
      let areTitles = Set(texts).count == texts.count
      return zip(items, texts).map { item, text in
        let value = areTitles ? text : item.brief
        return Point(setting: item, varied: items.count > 1 ? [Varied(path: path, value: value)] : [])
      }
    }
  }
}

extension Setting {
  /// Names without their options: `words+characters` of a list of inputs.
  var title: String {
    switch content {
    case .scalar(let text): text
    case .list(let items): items.map(\.title).joined(separator: "+")
    case .table(let entries):
      entries.first { ["input", "head", "backend"].contains($0.key) }.map { $0.value.title } ?? brief
    }
  }
}
