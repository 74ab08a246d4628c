import UnrollCore

/// Which study the folders of records and reports belong to: two studies may have the same name, or be given the same folder.
///
/// `study.txt` in a folder holds the path from there to the study's file, so that all may be moved or copied together. A study that
/// is no longer there has been moved or renamed, and has no claim.
struct FolderOwner {
  /// The study's file; empty when there is none.
  let study: String
  /// That of the report's figures and runs; then that of the records, where one was asked for.
  let folders: [String]

  private static func note(_ folder: String) -> String { "\(folder)/study.txt" }

  func refuseOther() throws {
    for folder in folders {
      guard let other = try owner(folder), other != Files.absolute(study) else { continue }
      throw InputError(
        "the folder belongs to another study, \(Files.relative(other, from: ".")); name another one with --reports or --records, or rename one of the studies",
        file: folder)
    }
  }

  func claim(_ folder: String) throws {
    try refuseOther()
    guard !study.isEmpty, try owner(folder) == nil else { return }
    try Files.makeFolder(folder)
    try Files.write(Files.relative(study, from: folder) + "\n", to: FolderOwner.note(folder))
  }

  private func owner(_ folder: String) throws -> String? {
    let note = FolderOwner.note(folder)
    guard !study.isEmpty, Files.exists(note) else { return nil }
    let line = String(decoding: try Files.read(note), as: UTF8.self).prefix { $0 != "\n" }
    let path = "\(Files.absolute(folder))/\(line)"
    return Files.exists(path) ? Files.absolute(path) : nil
  }
}
