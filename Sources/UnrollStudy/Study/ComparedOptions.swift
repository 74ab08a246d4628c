import UnrollCore

/// The options whose lists a study asks about (`compare`): their items keep apart as rows, while those of other lists are candidates.
struct ComparedOptions {
  private let names: [String]

  /// - Parameters:
  ///   - setting: a name or a list of them, each with or without its table; nil for none.
  ///   - lists: what the study varies, each by its table and its key.
  ///   - complaints: is told of a name that none of them has.
  init(_ setting: Setting?, lists: [[String]], _ complaints: Complaints) {
    let paths = lists.filter(ComparedOptions.isOption)
    names = (setting?.items ?? []).compactMap { item in
      complaints.gather {
        let name = try item.text("an item of compare")
        guard !paths.isEmpty else {
          throw item.error("compare names options that have a list, and in this study none has; leave it out")
        }
        let known = paths.map { name.contains(".") ? $0.joined(separator: ".") : $0.last! }.unique
        guard paths.contains(where: { ComparedOptions.stands(name, for: $0) }) else {
          throw item.error(Suggestion.unknown("option with a list", name, known: known))
        }
        return name
      }
    }
  }

  /// Whether each item of a list is a row of its own. Those of data are tasks.
  func contains(_ path: [String]) -> Bool {
    !ComparedOptions.isOption(path) || names.contains { ComparedOptions.stands($0, for: path) }
  }

  private static func isOption(_ path: [String]) -> Bool {
    let isOfStudy =
      path.count == 2 && path[0] == OptionTable.backend.rawValue
      && StudyKeys.backend.contains { $0.name == path[1] }
    return OptionTable(rawValue: path[0]) != nil && !isOfStudy
  }

  private static func stands(_ name: String, for path: [String]) -> Bool {
    ".\(path.joined(separator: "."))".hasSuffix(".\(name)")
  }
}

extension Grid.Varied {
  /// Its table and its key.
  ///
  /// - Parameter table: that of the keys that stand in no other; nil for a task's own.
  func path(in table: OptionTable?) -> [String] { path.count > 1 ? path : [table?.rawValue ?? ""] + path }
}
