import UnrollCore
import UnrollData

/// What inputs read from files of their own, for the words of one data set.
public struct InputTables: Sendable {
  /// Of a file of pretrained vectors; nil where no input reads one.
  public var vectors: KnownVectors?
  /// What a person should know of it: sentences for a record.
  public var remarks: [String] = []

  /// For inputs that read no files.
  public init() {}

  /// Reads what the inputs need.
  ///
  /// - Parameters:
  ///   - inputs: of one model.
  ///   - corpus: whose words are looked for.
  ///   - find: from a path as the study has it to that of the file that is there.
  /// - Throws: `InputError` for what cannot be read.
  public init(_ inputs: [any InputOptions], _ corpus: Corpus, find: (String) throws -> String) throws {
    let readers = inputs.filter { type(of: $0).readsFiles }
    guard !readers.isEmpty else { return }
    let words = corpus.distinctWords
    for input in readers { try input.load(into: &self, words: words, find: find) }
  }

  /// Of all that was read: the digest of the data alone where nothing was.
  public func digest(with data: String) -> String {
    guard let vectors else { return data }
    var digest = Digest()
    digest.update(Array(data.utf8))
    for word in vectors.words { digest.update(Array(word.utf8) + [0]) }
    for value in vectors.values { withUnsafeBytes(of: value.bitPattern.littleEndian) { digest.update(Array($0)) } }
    return Digest.hexadecimal(digest.finish())
  }
}

extension Corpus {
  /// Of all splits, in the order of their first occurrence; of pairs those of the sources.
  var distinctWords: [String] {
    var (found, seen): ([String], Set<TokenKey>) = ([], [])
    func add(_ words: some Sequence<String>) {
      for word in words where seen.insert(TokenKey(word)).inserted { found.append(word) }
    }
    switch self {
    case .tagged(let splits): for item in splits.all { add(item.written ?? item.words) }
    case .labelled(let splits): for item in splits.all { add(item.written ?? item.words) }
    case .pairs(let splits): for item in splits.all { add(item.writtenSource ?? item.source) }
    case .text(let splits): add(splits.all)
    case .series: break
    }
    return found
  }
}
