import UnrollCore

extension DatasetDefinition {
  /// `length` things: first what lies on a stack, from the bottom, then what is done with it; then what lies on it is asked for, from the top,
  /// and where it ends:
  ///
  ///     0 1 1 pop push-0 ? ? ? ?      labels at the marks: 0 1 0 end
  ///
  /// Deterministic context-free (Delétang et al. 2023). Nothing is taken from an empty stack.
  static let stackManipulation = DatasetDefinition(
    "stack-manipulation", "what lies on a stack after pushes and pops", version: "1", licence: "none needed",
    source: "generated",
    format: .generated(
      ["length"],
      .generatedTags(
        Generator { options, random in
          let begun = random.below(options.length)
          var stack = (0..<begun).map { _ in "\(random.below(2))" }
          var words = stack
          for _ in begun..<options.length {
            let action = random.below(3)
            words.append(["pop", "push-0", "push-1"][action])
            if action == 0 { _ = stack.popLast() } else { stack.append("\(action - 1)") }
          }
          // As many marks for every stack, so that their number says nothing.
          let marks = [String](repeating: "?", count: options.length + 1)
          let asked = stack.reversed().map(Optional.some) + ["end"]
          let rest = [String?](repeating: nil, count: marks.count - asked.count)
          return TaggedSentence(
            words: words + marks, tags: [String?](repeating: nil, count: words.count) + asked + rest)
        })))
}
