import Foundation
import UnrollCore

/// A folder of its own for one test, removed with it.
package final class Scratch {
  package let path = FileManager.default.temporaryDirectory.appendingPathComponent("unroll-test-\(UUID())").path

  package init() {
    let made: Void? = try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    precondition(made != nil, "\(path) cannot be made")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  package func write(_ name: String, _ text: String) throws -> Scratch { try write(name, bytes: Array(text.utf8)) }

  @discardableResult
  package func write(_ name: String, bytes: [UInt8]) throws -> Scratch {
    try Files.write(bytes, to: "\(path)/\(name)")
    return self
  }
}
