import UnrollCore

/// How candidates are searched: all of them to the end, or by successive halving.
extension StudyFile {
  /// The setting that asks for halving; nil for none.
  static func search(_ setting: Setting?) throws -> Setting? {
    guard let setting else { return nil }
    let text = try setting.text("search")
    guard text == "halving" else { throw setting.error(Suggestion.unknown("search", text, known: ["halving"])) }
    return setting
  }

  /// Cells that know with whom they compete, and when.
  ///
  /// - Throws: `InputError` where candidates cannot compete, or where no row has enough.
  static func searching(_ points: [StudyCell], seeds: [Int], _ setting: Setting) throws -> [StudyCell] {
    let rows = Dictionary(grouping: points, by: \.row)
    var searches: [[String]: RunRecord.Search] = [:]
    for row in points.map(\.row).unique {
      let cells = rows[row]!
      let (epochs, name) = (cells.map(\.training.epochs).unique, row.joined(separator: " / "))
      guard epochs.count == 1 else {
        throw setting.error(
          "halving compares candidates after equally many epochs, and those of \(name) train for \(epochs.map(String.init).joined(separator: " or ")); give them one number, or leave search out"
        )
      }
      guard cells.allSatisfy({ $0.training.seconds == 0 }) else {
        throw setting.error("halving goes by epochs, and training.seconds by the clock; leave one of them out")
      }
      searches[row] = Halving.rungs(candidates: cells.count, epochs: epochs[0]).map {
        RunRecord.Search(rungs: $0, runs: cells.count * cells[0].runs(seeds).count)
      }
    }
    guard !searches.isEmpty else {
      throw setting.error(
        "search has no effect here: halving takes \(Halving.factor) candidates and \(Halving.factor) epochs, or more; leave it out"
      )
    }
    return points.map { $0.searching(searches[$0.row]) }
  }
}
