import UnrollCore

/// Where a study leaves things: `<reports>/<study>.md`, figures in `<reports>/<study>/`, records beside them.
public struct RunFolder: Sendable {
  public let study: String
  public let reports: String
  public let store: RecordStore
  private let owner: FolderOwner

  /// - Parameter file: of the study; empty when there is none.
  public init(study: String, reports: String, records: String?, file: String = "") {
    self.study = study
    self.reports = reports
    let usual = "\(reports)/\(study)/records"
    store = RecordStore(folder: records ?? usual)
    owner = FolderOwner(study: file, folders: records.map { [usual, $0] } ?? [usual])
  }

  /// - Throws: `InputError` when its records, or the report that it would write, are those of another study.
  public func refuseOther() throws { try owner.refuseOther() }

  /// Says whose the report is that is going to be written.
  public func claimReport() throws { try owner.claim(owner.folders[0]) }

  private var grid: String { "\(store.folder)/grid.txt" }

  private var notesFile: String { "\(store.folder)/notes.md" }

  /// Writes which records belong to the study as it stands now, in its order, and its notes. Records of earlier versions of the
  /// study stay.
  func write(grid identities: [String], notes text: String) throws {
    for folder in owner.folders { try owner.claim(folder) }
    try Files.write(identities.joined(separator: "\n") + "\n", to: grid)
    if !text.isEmpty || Files.exists(notesFile) { try Files.write(text, to: notesFile) }
  }

  /// Removes what killed processes were writing.
  func removeLeftovers() {
    for folder in [store.folder, reports, "\(reports)/\(study)"] { Files.removeLeftovers(in: folder) }
  }

  /// What the study's author says about it, in Markdown; empty when there is nothing.
  public func notes() throws -> String {
    Files.exists(notesFile) ? String(decoding: try Files.read(notesFile), as: UTF8.self) : ""
  }

  /// The records of the study's current grid that are there, and how many it wants.
  public func current() throws -> (records: [RunRecord], wanted: Int) {
    guard Files.exists(grid) else {
      throw InputError("there are no records of this study here; make them with `unroll run`", file: store.folder)
    }
    let identities = String(decoding: try Files.read(grid), as: UTF8.self).split(separator: "\n").map(String.init)
    return (try identities.filter(store.contains).map(store.read), identities.count)
  }
}
