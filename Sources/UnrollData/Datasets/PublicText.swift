extension DatasetDefinition {
  static let tinyShakespeare = DatasetDefinition(
    "tiny-shakespeare", "40,000 lines of Shakespeare, by character", version: "2015", licence: "public domain",
    source: "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt", format: .text
  ) {
    $0.train = "tiny-shakespeare/input.txt"
    $0.unit = .character
  }

  static let wikitext2 = DatasetDefinition(
    "wikitext-2", "two million words of Wikipedia articles, rare ones as <unk>", version: "2016",
    licence: "CC BY-SA 3.0 and GFDL", source: "https://huggingface.co/datasets/Salesforce/wikitext", format: .text
  ) {
    $0.train = "wikitext-2/train.txt"
    $0.development = "wikitext-2/valid.txt"
    $0.test = "wikitext-2/test.txt"
  }
}
