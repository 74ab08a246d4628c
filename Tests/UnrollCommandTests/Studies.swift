import UnrollCore

/// Data and studies for runs of a fraction of a second.
enum Studies {
  /// Three harnesses, two backends, two seeds.
  static var small: [String: String] {
    [
      "tags.txt": tags, "texts.txt": texts, "letters.txt": String(repeating: "abcabdacb", count: 60),
      "small.yaml": """
      question: Does it run?
      tasks:
        - data: {format: columns, train: tags.txt, name: tags}
          backend: {direction: bidirectional}
        - data: {format: label-first, train: texts.txt, name: texts}
        - data: {format: text, train: letters.txt, unit: character, name: letters}
          training: {batch: 4, chunk: 16}
      backends: [rnn, gru]
      model: {embedding: 6}
      training: {epochs: 2}
      seeds: 2
      width: 5
      """,
    ]
  }

  /// Six runs whose single epochs take some tenths of a second.
  static var slow: [String: String] {
    [
      "letters.txt": String(repeating: "abcabdacb", count: 8000),
      "slow.yaml": """
      tasks:
        - data: {format: text, train: letters.txt, unit: character, name: letters}
          training: {batch: 4, chunk: 16}
      backends: [rnn, lstm]
      training: {epochs: 1}
      seeds: 3
      width: 48
      """,
    ]
  }

  static var tags: String {
    (0..<90).map { s in (0...(s % 4)).map { "w\((s * 5 + $0 * 3) % 11)\tt\((s * 5 + $0 * 3) % 11 % 3)\n" }.joined() }
      .joined(separator: "\n")
  }

  private static var texts: String {
    (0..<90).map { s in
      "l\(s % 3) " + (0...(s % 5 + 1)).map { "w\((s + $0 * 2) % 9)" }.joined(separator: " ") + " n\(s)\n"
    }
    .joined()
  }
}
