import TestSupport
import UnrollCore

@testable import UnrollData

extension Scratch {
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

  var pairs: Splits<TextPair> {
    get throws {
      guard case .pairs(let splits) = corpus else { throw InputError("not pairs") }
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
