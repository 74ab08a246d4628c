extension DatasetDefinition {
  /// Its development and test splits may hold language-specific tags that training lacks: they count as errors.
  static let udEnglishEWT = DatasetDefinition(
    "ud-english-ewt", "part-of-speech tags of English web text (column: upos or xpos)", version: "2.16",
    licence: "CC BY-SA 4.0", source: "https://universaldependencies.org/treebanks/en_ewt/", format: .conllu
  ) {
    $0.train = "ud-english-ewt/en_ewt-ud-train.conllu"
    $0.development = "ud-english-ewt/en_ewt-ud-dev.conllu"
    $0.test = "ud-english-ewt/en_ewt-ud-test.conllu"
    $0.unseenLabels = .keep
  }

  static let wnut17 = DatasetDefinition(
    "wnut17", "emerging entities in social media, six types as BIO tags", version: "2017", licence: "CC BY 4.0",
    source: "https://noisy-text.github.io/2017/emerging-rare-entities.html", format: .columns
  ) {
    $0.train = "wnut17/wnut17train.conll"
    $0.development = "wnut17/emerging.dev.conll"
    $0.test = "wnut17/emerging.test.annotated"
  }
}
