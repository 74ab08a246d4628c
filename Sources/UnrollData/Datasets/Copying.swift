import UnrollCore

extension DatasetDefinition {
  /// Items to remember, `length` blanks, and as many recall marks as items, at which the items are asked for in their order:
  ///
  ///     first       3 1 4 1 _ _ _ _ _ _ ? ? ? ?     labels at the marks alone: 3 1 4 1
  ///     scattered   _ 3 _ _ 1 4 _ _ 1 _ ? ? ? ?
  ///
  /// With the items first (Hochreiter & Schmidhuber 1997; Arjovsky et al. 2016) every item stands the same number of steps
  /// before its mark: a time-invariant system can copy by delay. Scattered (selective copying, Gu & Dao 2023) the distance
  /// varies, so a model must tell items from blanks in what it keeps.
  ///
  /// The baseline is chance, 1/`symbols`. A bag of words that knows which items came, but not in which order, guesses among
  /// them: 1/`items` and more. With `repeats: false` and as many items as symbols the bag is always the same and is worth no
  /// more than chance.
  ///
  /// With `asked: one` a single mark names the item's place (`?3`): a model that keeps the items in a chain, each behind the last, has no
  /// advantage then.
  static let copying = DatasetDefinition(
    "copying", "items to remember over a delay and to repeat in their order", version: "1",
    licence: "none needed", source: "generated",
    format: .generated(
      ["length", "symbols", "items", "placement", "repeats", "asked"],
      check: {
        if !$0.repeats && $0.items > $0.symbols {
          throw InputError(
            "copying: without repeats, items (\($0.items)) must not exceed symbols (\($0.symbols)); raise symbols")
        }
      },
      .generatedTags(
        Generator { options, random in
          let prefix = options.items + options.length
          let positions =
            options.placement == .first
            ? Array(0..<options.items) : random.distinct(options.items, below: prefix).sorted()
          let items =
            (options.repeats
            ? positions.map { _ in random.below(options.symbols) }
            : random.distinct(options.items, below: options.symbols)).map { "\($0)" }
          // One mark that says which item is asked for, or as many marks as items.
          let one = options.asked == .one ? random.below(options.items) : nil
          let marks = one.map { ["?\($0 + 1)"] } ?? [String](repeating: "?", count: options.items)
          var words = [String](repeating: "_", count: prefix) + marks
          for (position, item) in zip(positions, items) { words[position] = item }
          return TaggedSentence(
            words: words, tags: [String?](repeating: nil, count: prefix) + (one.map { [items[$0]] } ?? items))
        })))
}
