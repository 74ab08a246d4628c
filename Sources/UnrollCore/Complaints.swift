/// Gathers complaints while reading goes on, so that a person sees everything that is wrong with a file at once.
package final class Complaints {
  private var found: [InputError] = []

  package init() {}

  package var isEmpty: Bool { found.isEmpty }

  /// Runs `body`; nil when it complains.
  @discardableResult
  package func gather<Result>(_ body: () throws -> Result) -> Result? {
    do { return try body() } catch {
      add(error as? InputError ?? InputError("\(error)"))
      return nil
    }
  }

  /// What a grid says in many cells counts once.
  package func add(_ error: InputError) {
    for each in error.each where !found.contains(each) { found.append(each) }
  }

  /// - Throws: everything that was gathered, by its lines, as one `InputError`; nothing when there is nothing.
  package func check() throws {
    let sorted = found.enumerated().sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }
      .map(\.element)
    if let first = sorted.first {
      throw InputError(first.message, file: first.file, line: first.line, also: Array(sorted.dropFirst()))
    }
  }
}
