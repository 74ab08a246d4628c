/// A data set in memory, with what a record must say about it.
public struct LoadedData: Sendable {
  /// Of the set, or what the study calls its own files.
  public let name: String
  /// Empty for a study's own files.
  public let version: String
  /// Of the data, in the words of their publisher; empty where it is not known.
  public let licence: String
  /// A URL, a Debian package, or the path of a user's own file.
  public let source: String
  /// Hexadecimal SHA-256 over the resolved options and the bytes of all files that were read.
  public let digest: String
  /// All labels, found before subsampling, so that a smaller sample keeps the classes; empty for running text and for pairs.
  public let labels: LabelSet
  /// The items, split by split.
  public let corpus: Corpus
  /// What a person should know about how it was read and split: sentences for `unroll data` and for a record.
  public let remarks: [String]

  /// Data that were made in memory. What is only said in a record (`version`, `licence`, `source`, `digest`) may be empty.
  public init(
    name: String, version: String, licence: String, source: String, digest: String, labels: LabelSet, corpus: Corpus,
    remarks: [String] = []
  ) {
    (self.name, self.version, self.licence, self.source) = (name, version, licence, source)
    (self.digest, self.labels, self.corpus, self.remarks) = (digest, labels, corpus, remarks)
  }
}
