import UnrollCore
import UnrollLayers

/// Expansion of lists: a table in which some values are lists stands for every combination of their items.
enum Grid {
  struct Point {
    /// The table with single values.
    let setting: Setting
    /// `key=value` for every key that was a list, in the order of the file.
    let varied: [String]
  }

  /// Tables nest; lists of more than one item vary, a list of one is its item. The first key varies slowest.
  static func expand(_ setting: Setting) throws -> [Point] {
    guard case .table(let entries) = setting.content else { return [Point(setting: setting, varied: [])] }
    var points: [(entries: [Setting.Entry], varied: [String])] = [([], [])]
    for entry in entries {
      let choices = try choices(entry)
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

  private static func choices(_ entry: Setting.Entry) throws -> [Point] {
    switch entry.value.content {
    case .scalar: return [Point(setting: entry.value, varied: [])]
    // The layers of one model.
    case .list where entry.key == StackOfBackendsOptions.listKey: return [Point(setting: entry.value, varied: [])]
    case .table: return try expand(entry.value)
    case .list(let items):
      guard !items.isEmpty else { throw entry.value.error("\(entry.key) is an empty list") }
      return try items.map { item in
        let text = try item.text("an item of \(entry.key)")
        return Point(setting: item, varied: items.count > 1 ? ["\(entry.key)=\(text)"] : [])
      }
    }
  }
}
