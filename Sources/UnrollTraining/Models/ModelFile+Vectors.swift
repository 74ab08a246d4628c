import UnrollCore
import UnrollData
import UnrollLayers

/// A model keeps the pretrained vectors of the words of its own data alone; a file of all words may be a hundred times as large.
extension ModelFile {
  /// The same model with the vectors of more words; nil where the file of vectors is not found, or no longer has those that the model keeps.
  ///
  /// Vectors that training has changed stay as they are: those of the file do not belong among them.
  /// - Throws: `InputError` for a file that cannot be read.
  func withVectors(of words: [String], _ location: DataLocation) throws -> ModelFile? {
    guard let options = try vectorOptions(), !options.trained, let known = data.vectors,
      let own = tensors[VectorInput.tableName], let path = find(options.file, location)
    else { return nil }
    var tables = InputTables()
    try options.load(into: &tables, words: known.words + words) { _ in path }
    guard let read = tables.vectors, read.width == known.width else { return nil }
    let unknown = Array(own.values.prefix(known.width))
    let kept = known.words.flatMap { read.values(of: $0) ?? unknown }
    guard unknown + kept == own.values else { return nil }
    var model = self
    model.data.vectors = KnownVectors(words: read.words, width: read.width)
    model.tensors[VectorInput.tableName] = .init([read.words.count + 1, read.width], unknown + read.values)
    return model
  }

  /// How many of these words have no vector, in a sentence; nil where all have one, or the model reads none.
  ///
  /// - Parameter wereRead: whether the file of vectors was read for them.
  func remark(on words: [String], wereRead: Bool = false) throws -> String? {
    guard let options = try vectorOptions(), let known = data.vectors else { return nil }
    let missing = words.count { known.row(of: $0) == 0 }
    guard missing > 0 else { return nil }
    let file = Files.name(options.file)
    let reason = options.trained ? "which training has changed" : "and \(file) was not read for more"
    return "\(missing) of \(words.count) different words have no vector"
      + (wereRead ? " in \(file)" : ": the model keeps those of its own data, \(reason)")
  }

  private func vectorOptions() throws -> VectorInputOptions? {
    try recipe().model.inputs.lazy.compactMap { $0 as? VectorInputOptions }.first
  }

  /// Where training looked: beside the study, then in the folders with data sets.
  private func find(_ path: String, _ location: DataLocation) -> String? {
    let own = Files.join(Files.parent(of: origin.study ?? ""), path)
    return Files.exists(own) ? own : location.find(path)
  }
}
