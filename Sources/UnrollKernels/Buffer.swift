/// Owned, 64-byte aligned Float32 memory, zero when made unless said otherwise.
///
/// Unchecked: threads may share one that they read alone, or of which each writes a part of its own, as those of a training step do.
public final class Buffer: @unchecked Sendable {
  /// Number of floats.
  public let count: Int
  let base: UnsafeMutablePointer<Float>

  /// `count` zeros.
  public convenience init(count: Int) {
    self.init(undefined: count)
    base.update(repeating: 0, count: count)
  }

  /// Memory whose contents are not defined; what is never written costs no page.
  init(undefined count: Int) {
    self.count = count
    let bytes = (max(count, 1) * MemoryLayout<Float>.stride + 63) / 64 * 64
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    base = raw.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
  }

  package convenience init(copying values: [Float]) {
    self.init(undefined: values.count)
    values.withUnsafeBufferPointer { if let first = $0.baseAddress { base.update(from: first, count: count) } }
  }

  package convenience init(copying other: Buffer) {
    self.init(undefined: other.count)
    base.update(from: other.base, count: count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// A matrix of the given shape without gaps, whose first element is that of the given number.
  public func matrix(rows: Int, columns: Int, from first: Int = 0) -> Matrix {
    precondition(
      first >= 0 && first + rows * columns <= count,
      "a buffer of \(count) floats cannot hold \(rows) x \(columns) from \(first) on")
    return Matrix(base: base + first, rows: rows, columns: columns, stride: columns)
  }

  /// All of it as one row.
  package var row: Matrix { matrix(rows: 1, columns: count) }
}
