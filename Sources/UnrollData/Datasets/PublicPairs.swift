extension DatasetDefinition {
  /// In small letters and tokenised by its publishers.
  static let multi30k = DatasetDefinition(
    "multi30k", "captions of pictures, German to English (test: Flickr 2016)", version: "2016",
    licence: "none stated, research and education", source: "https://github.com/multi30k/dataset", format: .parallel
  ) {
    $0.train = "multi30k/tok/train.lc.norm.tok.de"
    $0.development = "multi30k/tok/val.lc.norm.tok.de"
    $0.test = "multi30k/tok/test_2016_flickr.lc.norm.tok.de"
    $0.targetExtension = "en"
    $0.tokeniser = .spaces
  }

  /// The files of `names-by-language` the other way round, split alike: a name that it has for training is never one to be written.
  static let namesGivenLanguage = DatasetDefinition(
    "names-given-language", "family names to be written in a given language of 18, by character", version: "2017",
    licence: "MIT", source: "https://github.com/spro/practical-pytorch",
    format: FormatDefinition(
      "names", "a folder with one file a source, one target a line",
      reader: .pairs { folder, files, options in
        try FilePerClass.read(folder, files, options.ofTargets).map { name in
          Sample(
            item: TextPair(source: [name.item.label], target: name.item.words), key: name.key, file: name.file,
            lines: name.lines)
        }
      })
  ) {
    $0.train = "names-by-language"
    $0.suffix = ".txt"
    $0.targetUnit = .character
  }
}
