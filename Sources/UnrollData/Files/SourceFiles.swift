import UnrollCore

/// The files of one load: finds and decodes them, and keeps a digest of all their bytes.
final class SourceFiles {
  private let find: (String) throws -> String
  private var digest = Digest()
  /// What a person should know about how the data were read, in the order of reading.
  private(set) var remarks: [String] = []

  /// `find` turns a path of the options into one that can be opened, or throws what a person should do.
  init(find: @escaping (String) throws -> String) { self.find = find }

  /// - Throws: `InputError` when the file is missing, empty, or not in that encoding.
  func read(_ path: String, _ encoding: TextEncoding) throws -> TextFile {
    let found = try find(path)
    let bytes = try Files.read(found)
    note(path, bytes)
    let advice = ", or set encoding to \(TextEncoding.latin1.rawValue) or \(TextEncoding.windows1252.rawValue)"
    let text = try encoding.decode(bytes, file: found, advice: advice)
    // Only then is it read otherwise than the options say.
    if let mark = ByteOrderMark(bytes), mark != .utf8 || encoding != .utf8 { digest.update(Array(mark.rawValue.utf8)) }
    guard !text[...].isBlank else { throw InputError("the file is empty", file: found) }
    return TextFile(path: found, bytes: text)
  }

  /// Names of the files in a folder, sorted by their bytes.
  func list(_ folder: String) throws -> [String] { try Files.list(try find(folder)) }

  func remark(_ sentence: String) { remarks.append(sentence) }

  /// Which part of the file that was read last is meant, where its bytes do not say it.
  func note(part: String) { note("#", Array(part.utf8)) }

  /// The digest so far. Name and length go in before the bytes, so that moving bytes between files changes it; the
  /// folder does not, so that moving the files leaves it.
  func finish() -> [UInt8] {
    var copy = digest
    return copy.finish()
  }

  private func note(_ path: String, _ bytes: [UInt8]) {
    digest.update(Array("\(Files.name(path))\n\(bytes.count)\n".utf8))
    digest.update(bytes)
  }
}
