/// 64-byte aligned double-precision memory, for state-space systems: owned, and zero when made, or lent by an arena as it is.
///
/// Unchecked as `Buffer` is.
package final class DoubleBuffer: @unchecked Sendable {
  /// Number of doubles.
  package let count: Int
  let base: UnsafeMutablePointer<Double>
  private let isOwned: Bool

  package init(count: Int, arena: Arena? = nil) {
    self.count = count
    isOwned = arena == nil
    if let arena {
      base = UnsafeMutableRawPointer(arena.matrix(1, 2 * count).base).assumingMemoryBound(to: Double.self)
      return
    }
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 8, alignment: 64)
    base = raw.bindMemory(to: Double.self, capacity: max(count, 1))
    base.initialize(repeating: 0, count: max(count, 1))
  }

  deinit {
    if isOwned { UnsafeMutableRawPointer(base).deallocate() }
  }
}
