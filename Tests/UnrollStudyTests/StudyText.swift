import UnrollCore

@testable import UnrollStudy

/// Studies from inline YAML, over data files that a test writes beside them.
enum StudyText {
  static let data = "tasks:\n  - data: {format: columns, train: tags.txt}\n"

  /// A study that lies in `folder`. Nothing is read from there yet.
  static func study(_ yaml: String, in folder: String = "") throws -> StudyFile {
    try StudyFile(try Setting(yaml: yaml, file: folder.isEmpty ? "s.yaml" : "\(folder)/s.yaml"), name: "s")
  }

  /// `BACKEND` or `TASK / BACKEND` of every cell with its seed.
  static func labels(_ yaml: String) throws -> [String] { try study(yaml).cells().map(\.label) }

  /// The sentence that a study leads to before any data is read.
  static func complaint(_ yaml: String) -> String {
    do {
      _ = try study(yaml).cells()
      return "no complaint"
    } catch { return "\(error)" }
  }

  /// Words with tags: `count` sentences of one to five words over `words` words.
  static func tags(_ count: Int, words: Int = 9) -> String {
    var random = RandomSource(seed: 7)
    return (0..<count).map { _ in
      (0..<Int.random(in: 1...5, using: &random)).map { _ in
        let word = Int.random(in: 0..<words, using: &random)
        return "w\(word)\tt\(word % 3)\n"
      }.joined()
    }.joined(separator: "\n")
  }
}
