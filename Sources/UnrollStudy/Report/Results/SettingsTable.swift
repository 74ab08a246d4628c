import UnrollCore

/// Resolved settings sorted by what they depend on: common ones once, the others where they differ.
struct SettingsTable {
  /// What a key's value depends on; the least that explains it.
  enum Scope: Equatable { case common, task, backend, cell, seed }

  /// Every dotted key with its scope, sorted by key.
  let keys: [(name: String, scope: Scope)]
  private let rows: [(cell: RunRecord.Cell, values: [String: String])]

  init(_ records: [RunRecord]) {
    let rows = records.map { (cell: $0.cell, values: SettingsTable.flat($0.settings)) }
    self.rows = rows
    keys = Set(rows.flatMap(\.values.keys)).sorted().map { ($0, SettingsTable.scope(of: $0, rows)) }
  }

  func names(_ scope: Scope) -> [String] { keys.filter { $0.scope == scope }.map(\.name) }

  /// The value of a key in the first record that `include` accepts; nil where it is not set.
  func value(_ key: String, where include: (RunRecord.Cell) -> Bool = { _ in true }) -> String? {
    rows.first { include($0.cell) }?.values[key]
  }

  /// `{training: {epochs: 3}}` → `training.epochs: 3`.
  static func flat(_ value: Value, prefix: String = "") -> [String: String] {
    guard case .table(let table) = value, !table.isEmpty else { return prefix.isEmpty ? [:] : [prefix: text(value)] }
    return table.reduce(into: [:]) { result, entry in
      let key = prefix.isEmpty ? entry.key : "\(prefix).\(entry.key)"
      result.merge(flat(entry.value, prefix: key)) { first, _ in first }
    }
  }

  /// A value as a study writes it. JSON does not tell 1.0 from 1, so neither does a report.
  private static func text(_ value: Value) -> String {
    switch value {
    case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
    case .list(let values): "[" + values.map(text).joined(separator: ", ") + "]"
    default: "\(value)"
    }
  }

  private static func scope(of key: String, _ rows: [(cell: RunRecord.Cell, values: [String: String])]) -> Scope {
    let depends = { (group: (RunRecord.Cell) -> String) in
      var known: [String: String?] = [:]
      return rows.allSatisfy { row in
        let value = row.values[key]
        let first = known[group(row.cell)] ?? value
        known[group(row.cell)] = .some(first)
        return first == value
      }
    }
    if depends({ _ in "" }) { return .common }
    if depends(\.task) { return .task }
    if depends(\.backend) { return .backend }
    return depends { "\($0.task)\n\($0.backend)" } ? .cell : .seed
  }
}
