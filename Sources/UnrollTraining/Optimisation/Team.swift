import Dispatch

/// The threads of a training step. With one, all work runs in the caller.
///
/// Work is cut into a number of pieces that does not depend on the number of threads, and what they leave is put together in their
/// order, so that results are the same for any team.
package struct Team: Sendable {
  package let threads: Int

  package init(threads: Int = 1) { self.threads = threads }

  /// Calls `body` for 0..<count, on all threads at once; returns when all are done.
  package func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    let crew = min(threads, count)
    guard crew > 1 else { return (0..<count).forEach(body) }
    DispatchQueue.concurrentPerform(iterations: crew) { member in
      for index in stride(from: member, to: count, by: crew) { body(index) }
    }
  }
}

extension Range<Int> {
  /// Blocks of a slab that stay in the second-level cache while something is done to them.
  var blocks: [Range<Int>] {
    let size = 1 << 15
    return stride(from: lowerBound, to: upperBound, by: size).map { $0..<Swift.min($0 + size, upperBound) }
  }
}
