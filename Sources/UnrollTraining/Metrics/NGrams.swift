extension Array where Element: Hashable {
  /// How often every run of `n` elements stands here.
  func nGrams(_ n: Int) -> [ArraySlice<Element>: Int] {
    var counts: [ArraySlice<Element>: Int] = [:]
    for start in stride(from: 0, through: count - n, by: 1) { counts[self[start..<start + n], default: 0] += 1 }
    return counts
  }

  /// Runs of up to `longest` elements that follow themselves at once.
  func repeats(upTo longest: Int) -> Set<ArraySlice<Element>> {
    var found: Set<ArraySlice<Element>> = []
    for n in 1...longest {
      for start in stride(from: 0, through: count - 2 * n, by: 1) {
        let run = self[start..<start + n]
        if run == self[start + n..<start + 2 * n] { found.insert(run) }
      }
    }
    return found
  }
}
