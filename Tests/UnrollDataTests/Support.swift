import Testing
import UnrollCore

@testable import UnrollData

/// A folder of its own for one test, removed with it.
final class Scratch {
  let path: String

  init() {
    path = "/tmp/unroll-data-\(UInt64.random(in: 0 ... .max))"
  }

  deinit { try? Scratch.remove(path) }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> Scratch { try write(name, bytes: Array(text.utf8)) }

  @discardableResult
  func write(_ name: String, bytes: [UInt8]) throws -> Scratch {
    try Files.write(bytes, to: "\(path)/\(name)")
    return self
  }

  /// The request of a study file that lies in this folder; `yaml` is what follows `data:` on the first line.
  func request(_ yaml: String) throws -> DataRequest {
    let study = try Setting(yaml: "data: " + yaml, file: "\(path)/study.yaml")
    return try DataRequest(try study.entries("study")[0].value)
  }

  func load(_ yaml: String) throws -> LoadedData { try request(yaml).load(DataLocation(roots: [path])) }

  /// The sentence of the error that `yaml` leads to, with this folder written as `DIR`.
  func complaint(_ yaml: String) -> String {
    do {
      _ = try load(yaml)
      return "no complaint"
    } catch { return "\(error)".replacing(path, with: "DIR") }
  }

  private static func remove(_ path: String) throws {
    if let names = try? Files.list(path) {
      for name in names { try remove("\(path)/\(name)") }
    }
    removeEntry(path)
  }
}

extension LoadedData {
  var tagged: Splits<TaggedSentence> {
    get throws {
      guard case .tagged(let splits) = corpus else { throw InputError("not tagged") }
      return splits
    }
  }

  var labelled: Splits<LabelledText> {
    get throws {
      guard case .labelled(let splits) = corpus else { throw InputError("not labelled") }
      return splits
    }
  }

  var text: Splits<String> {
    get throws {
      guard case .text(let splits) = corpus else { throw InputError("not running text") }
      return splits
    }
  }
}
