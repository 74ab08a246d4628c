extension DatasetDefinition {
  static let trecCoarse = trec("coarse", "6 kinds of answers", .coarse)
  static let trecFine = trec("fine", "50 kinds of answers", .full)
  static let sst2 = sst("sst-2", "2 grades", files: "binary")
  static let sst5 = sst("sst-5", "5 grades", files: "fine")

  static let namesByLanguage = DatasetDefinition(
    "names-by-language", "family names in 18 languages, by character", version: "2017", licence: "MIT",
    source: "https://github.com/spro/practical-pytorch", format: .filePerClass
  ) {
    $0.train = "names-by-language"
    $0.unit = .character
    $0.tokeniser = .spaces
  }

  static let mrSentencePolarity = DatasetDefinition(
    "mr-sentence-polarity", "sentences of film reviews, for or against", version: "1.0",
    licence: "none stated, research use", source: "https://www.cs.cornell.edu/people/pabo/movie-review-data/",
    format: .filePerClass
  ) {
    $0.train = "mr-sentence-polarity"
    ($0.prefix, $0.suffix) = ("rt-polarity.", "")
    $0.encoding = .latin1
    $0.tokeniser = .spaces
  }

  static let sick = DatasetDefinition(
    "sick", "pairs of sentences: entailment, contradiction or neither", version: "2014", licence: "CC BY-NC-SA 3.0",
    source: "https://zenodo.org/record/2787612", format: .tsv
  ) {
    $0.train = "sick/SICK_train.txt"
    $0.development = "sick/SICK_trial.txt"
    $0.test = "sick/SICK_test_annotated.txt"
    ($0.textColumn, $0.secondTextColumn) = ("sentence_A", "sentence_B")
    $0.labelColumn = "entailment_judgment"
    $0.lowercase = true
  }

  private static func trec(_ level: String, _ classes: String, _ option: DataOptions.Level) -> DatasetDefinition {
    DatasetDefinition(
      "trec-\(level)", "questions by what they ask for, \(classes)", version: "2002",
      licence: "none stated, research use", source: "https://cogcomp.seas.upenn.edu/Data/QA/QC/", format: .labelFirst
    ) {
      $0.train = "trec/train_5500.label"
      $0.test = "trec/TREC_10.label"
      $0.encoding = .latin1
      $0.tokeniser = .spaces
      $0.level = option
    }
  }

  private static func sst(_ name: String, _ classes: String, files: String) -> DatasetDefinition {
    DatasetDefinition(
      name, "sentences of film reviews by sentiment, \(classes)", version: "2013",
      licence: "none stated, research use", source: "https://nlp.stanford.edu/sentiment/", format: .labelFirst
    ) {
      $0.train = "sst/stsa.\(files).train"
      $0.development = "sst/stsa.\(files).dev"
      $0.test = "sst/stsa.\(files).test"
      $0.tokeniser = .spaces
    }
  }
}
