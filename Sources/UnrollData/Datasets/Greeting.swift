import UnrollCore

extension DatasetDefinition {
  /// Two people walk into a room, `length` sentences pass, one of them says hi; the class is the other:
  ///
  ///     jane walked into the room . john walked in too . it was late in the day . jane said hi to        class john
  ///
  /// The example of lecture notes for what a language model must keep over a long gap. Who came first says nothing of who is
  /// greeted: a model has to keep both names until it knows. Chance is 1/`symbols`, one of the two names that came 1/2.
  static let greeting = DatasetDefinition(
    "greeting", "who is greeted: a name to keep over many sentences", version: "1", licence: "none needed",
    source: "generated",
    format: .generated(
      ["length", "symbols"],
      check: { options in
        guard options.symbols <= Greeting.names.count else {
          throw InputError(
            "greeting: symbols (\(options.symbols)) must not exceed \(Greeting.names.count), the names that there are")
        }
      },
      .generatedTexts(
        Generator { options, random in
          let people = random.distinct(2, below: options.symbols).map { Greeting.names[$0] }
          let speaker = random.below(2)
          let between = (0..<options.length).map { _ in Greeting.sentences[random.below(Greeting.sentences.count)] }
          let text =
            ["\(people[0]) walked into the room .", "\(people[1]) walked in too ."] + between
            + ["\(people[speaker]) said hi to"]
          return LabelledText(
            words: text.flatMap { $0.split(separator: " ").map(String.init) }, label: people[1 - speaker])
        })))
}

private enum Greeting {
  static let names = [
    "jane", "john", "mary", "peter", "anna", "paul", "lucy", "tom", "emma", "jack", "ruth", "adam", "sara", "ben",
    "clara",
    "david",
  ]
  /// Of seven words each, none of which is of any use.
  static let sentences = [
    "it was late in the day .", "rain fell on the old roof .", "a clock ticked on the wall .",
    "nobody spoke for a long time .",
  ]
}
