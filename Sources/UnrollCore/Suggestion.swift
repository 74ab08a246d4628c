/// The nearest known name to a mistyped one, for error messages.
package enum Suggestion {
  /// `"unknown KIND "NAME"; did you mean "NEAREST"? (known: …)"`.
  package static func unknown(_ kind: String, _ name: String, known: [String]) -> String {
    let hint = nearest(to: name, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
    return "unknown \(kind) \"\(name)\"\(hint) (known: \(known.joined(separator: ", ")))"
  }

  /// The known name at the smallest edit distance, when that is at most half of the name's length; else the first that begins with it.
  package static func nearest(to name: String, in known: [String]) -> String? {
    let ranked = known.map { (distance(Array(name.lowercased()), Array($0.lowercased())), $0) }
    guard let best = ranked.min(by: { $0.0 < $1.0 }), best.0 <= max(2, name.count / 2) else {
      return known.first { name.count > 2 && $0.lowercased().hasPrefix(name.lowercased()) }
    }
    return best.1
  }

  /// Levenshtein distance, one row at a time.
  static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substituted = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}

extension Array {
  /// The element of this name.
  ///
  /// - Parameters:
  ///   - kind: what the elements are, for the complaint.
  ///   - own: the name of an element.
  /// - Throws: `InputError` that suggests the nearest name.
  package func named(_ name: String, kind: String, by own: (Element) -> String) throws -> Element {
    guard let found = first(where: { own($0) == name }) else {
      throw InputError(Suggestion.unknown(kind, name, known: map(own)))
    }
    return found
  }
}
