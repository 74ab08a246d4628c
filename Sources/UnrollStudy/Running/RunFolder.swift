import UnrollCore

/// Where a study leaves things: `<reports>/<study>.md`; figures and all runs (`runs.jsonl`) in `<reports>/<study>/`; records, one a
/// run, in a folder to work in.
///
/// A run stands in the folder of records or in the file of runs. The file is written with the report, and is enough for it; a
/// record in the folder is newer than the line of the same run.
public struct RunFolder: Sendable {
  /// The study's name.
  public let study: String
  /// The folder of the report.
  public let reports: String
  /// The folder of records.
  public let store: RecordStore
  private let owner: FolderOwner

  /// - Parameters:
  ///   - study: its name, of which the paths are made.
  ///   - reports: the folder of the report.
  ///   - records: that of the records; nil for `<reports>/<study>/records`.
  ///   - file: of the study; empty when there is none.
  public init(study: String, reports: String, records: String?, file: String = "") {
    self.study = study
    self.reports = reports
    let own = "\(reports)/\(study)"
    store = RecordStore(folder: records ?? "\(own)/records")
    owner = FolderOwner(study: file, folders: records.map { [own, $0] } ?? [own])
  }

  /// - Throws: `InputError` when its records, or the report that it would write, are those of another study.
  public func refuseOther() throws { try owner.refuseOther() }

  /// The file of all runs.
  var file: String { "\(reports)/\(study)/runs.jsonl" }

  private var grid: String { "\(store.folder)/grid.txt" }

  private var notesFile: String { "\(store.folder)/notes.md" }
  private var marginFile: String { "\(store.folder)/margin.json" }

  /// Writes which records belong to the study as it stands now, in its order, its notes and its margin. Records of earlier versions of
  /// the study stay.
  func write(grid identities: [String], notes text: String, margin: EqualityMargin = EqualityMargin()) throws {
    for folder in owner.folders { try owner.claim(folder) }
    try Files.write(identities.joined(separator: "\n") + "\n", to: grid)
    if !text.isEmpty || Files.exists(notesFile) { try Files.write(text, to: notesFile) }
    if margin != EqualityMargin() || Files.exists(marginFile) { try Files.write(margin.json(), to: marginFile) }
  }

  /// Removes what killed processes were writing.
  func removeLeftovers() {
    for folder in [store.folder, reports, "\(reports)/\(study)"] { Files.removeLeftovers(in: folder) }
  }

  /// What stands in the file; nil when there is none.
  func filed() throws -> StudyRuns? {
    Files.exists(file) ? try StudyRuns(lines: Files.read(file), file: file) : nil
  }

  /// Makes records of the file's lines, so that whoever makes a run finds in the folder all that is known of it.
  ///
  /// - Throws: `InputError` for a line that is not the run that it says.
  func unpack(_ runs: StudyRuns) throws {
    let claims = RunClaims(folder: store.folder)
    for (line, record) in zip(2..., runs.records) where claims.take(record.identity) {
      defer { claims.release(record.identity) }
      guard !store.contains(record.identity) else { continue }
      try record.requireIdentity(file: file, line: line)
      try store.write(record)
    }
  }

  /// What runs have left, each of them; nil for nothing.
  ///
  /// - Throws: `InputError` for a record or a file of runs that is damaged.
  public func records(of identities: [String]) throws -> [RunRecord?] {
    let lines = Dictionary(uniqueKeysWithValues: (try filed()?.records ?? []).map { ($0.identity, $0) })
    return try identities.map { try store.contains($0) ? store.read($0) : lines[$0] }
  }

  /// What is still to be done of each run of a study.
  public func steps(_ requests: [RunRequest], again: Bool) throws -> [RunStep] {
    let standing = try records(of: requests.map(\.identity)).compactMap(\.self)
      .filter { $0.status != .failed && !(again && $0.isForeign) }
    return requests.steps(Dictionary(standing.map { ($0.identity, $0) }, uniquingKeysWith: { $1 }))
  }

  /// Of every task and backend the runs of the candidate that development chooses from what there is, called as the backend is; the first
  /// candidate's where there is nothing yet.
  public func chosen(_ requests: [RunRequest]) throws -> [RunRequest] {
    var names = Dictionary(
      requests.map { ($0.cell.row, $0.cell.cell.candidate) }, uniquingKeysWith: { first, _ in first })
    let found = try zip(requests, records(of: requests.map(\.identity))).compactMap { $1?.named(as: $0.cell) }
    for (row, runs) in Dictionary(grouping: found, by: { [$0.cell.task, $0.cell.backend] }) {
      names[row] = Selection(runs).chosen.name
    }
    return requests.filter { $0.cell.cell.candidate == names[$0.cell.row]! }
      .map { RunRequest($0.cell.alone(), identity: $0.identity) }
  }

  /// The study as it stands: the runs of its grid, or those of the file where there is no grid.
  ///
  /// - Throws: `InputError` where there are no runs, or what is there is damaged.
  public func current() throws -> StudyRuns {
    guard Files.exists(grid) else {
      if let runs = try filed() { return runs }
      throw InputError("there are no records of this study here; make them with `unroll run`", file: store.folder)
    }
    let identities = String(decoding: try Files.read(grid), as: UTF8.self).split(separator: "\n").map(String.init)
    let notes = Files.exists(notesFile) ? String(decoding: try Files.read(notesFile), as: UTF8.self) : ""
    return StudyRuns(
      records: try records(of: identities).compactMap(\.self), wanted: identities.count, notes: notes,
      margin: try margin())
  }

  private func margin() throws -> EqualityMargin {
    guard Files.exists(marginFile) else { return EqualityMargin() }
    do { return try EqualityMargin(json: Files.read(marginFile)) } catch let error as DecodingError {
      throw InputError("is no margin (\(error.sentence)); `unroll run` writes it again", file: marginFile)
    }
  }

  /// Writes the report and the file of its runs. Runs that leave the file, since the study has them no longer, become records.
  ///
  /// - Returns: the path of the Markdown file.
  /// - Throws: `InputError` where the folder is that of another study, or cannot be written.
  public func report(_ runs: StudyRuns) throws -> String {
    try owner.claim(owner.folders[0])
    let stay = Set(runs.records.map(\.identity))
    for record in try filed()?.records ?? [] where !stay.contains(record.identity) && !store.contains(record.identity) {
      try store.write(record)
    }
    let path = try Report.write(
      runs.records, of: runs.wanted, study: study, notes: runs.notes, margin: runs.margin, to: reports)
    try Files.write(try runs.lines(), to: file)
    return path
  }
}
