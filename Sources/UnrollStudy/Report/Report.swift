import UnrollCore
import UnrollSystem

/// What a study leaves for its reader: one Markdown file and its figures, a pure function of the records.
public struct Report {
  /// Writes `<folder>/<study>.md` and its figures into `<folder>/<study>/`, each file atomically.
  ///
  /// The same records, in any order, give the same bytes (figures: with the same version of gnuplot). Records of
  /// other studies are left out. Without gnuplot the report says which figures are missing and keeps all tables.
  /// Figures of the report that was there before are removed where the new one has none of that name.
  ///
  /// - Parameters:
  ///   - records: may be of several studies.
  ///   - study: the one that the report is of.
  ///   - folder: where it is written.
  ///   - wanted: how many runs the study has.
  ///   - notes: Markdown of the study's author.
  ///   - margin: differences that do not matter.
  /// - Returns: the path of the Markdown file.
  /// - Throws: `InputError` when no record belongs to the study, or two stand for the same cell and seed.
  @discardableResult
  public static func write(
    _ records: [RunRecord], of wanted: Int? = nil, study: String, notes: String = "",
    margin: EqualityMargin = EqualityMargin(), to folder: String
  ) throws -> String {
    try write(
      records, of: wanted, study: study, notes: notes, margin: margin, to: folder,
      gnuplot: Gnuplot.find(in: ProcessVariables.path))
  }

  static func write(
    _ records: [RunRecord], of wanted: Int? = nil, study: String, notes: String = "",
    margin: EqualityMargin = EqualityMargin(), to folder: String, gnuplot: Gnuplot?
  ) throws -> String {
    guard !study.isEmpty, !study.contains("/") else {
      throw InputError("the study's name \"\(study)\" cannot name a file; give it one without slashes")
    }
    let report = Report(folder: folder, study: study)
    let blocks = try blocks(records, of: wanted, study: study, notes: notes, margin: margin)
    var stands: [String: String] = [:]
    for figure in blocks.flatMap(\.figures) { stands[figure.name] = try report.draw(figure, gnuplot) }
    try report.removeFigures { stands[$0] == nil }
    let text = blocks.map { block in block.markdown { stands[$0.name]! } }.joined(separator: "\n\n")
    try Files.write(text + "\n", to: report.path)
    return report.path
  }

  /// The whole report before anything is drawn.
  static func blocks(
    _ records: [RunRecord], of wanted: Int? = nil, study: String, notes: String = "",
    margin: EqualityMargin = EqualityMargin()
  ) throws -> [Block] {
    let results = try StudyResults(records, study: study, notes: notes, margin: margin)
    let runs = results.records.count - results.waiting
    let size =
      [
        wanted.map { "\(Digits.whole(runs)) of \(Markdown.count($0, "run"))" } ?? Markdown.count(runs, "run"),
        Markdown.count(results.tasks.count, "task"), Markdown.count(results.backends.count, "backend"),
      ] + results.runNouns.map { Markdown.count($0.count, $0.noun) }
    let head: [Block] = [
      .heading(1, Markdown.escape(study)),
      .paragraph("**Question.** \(Markdown.escape(results.question))"),
      .paragraph("*Written by `unroll report` from the records alone: \(Markdown.list(size)).*"),
    ]
    let sections = Sections.all.flatMap { section in
      let blocks = section.blocks(results)
      return blocks.isEmpty ? [] : [Block.heading(2, section.title)] + blocks
    }
    return distinct(head + sections)
  }

  /// Blocks whose figures have a file each: a name that is taken gets a number.
  private static func distinct(_ blocks: [Block]) -> [Block] {
    var taken: Set<String> = []
    return blocks.map { block in
      block.mapFigures { figure in
        var (figure, copy) = (figure, 1)
        let name = figure.name
        while !taken.insert(figure.name).inserted {
          copy += 1
          figure.name = "\(name)-\(copy)"
        }
        return figure
      }
    }
  }

  private let folder: String
  private let study: String

  private var path: String { "\(folder)/\(study).md" }
  private var figures: String { "\(folder)/\(study)" }

  /// What Markdown that stands in `path` links to.
  private func address(_ name: String) -> String { Markdown.address("\(study)/\(name).svg") }

  /// Writes a figure and gives the Markdown that shows it, or the sentence that says why there is none.
  private func draw(_ figure: Figure, _ gnuplot: Gnuplot?) throws -> String {
    guard let gnuplot else {
      return "> **Figure missing:** \(Markdown.escape(figure.title)). gnuplot is not installed here; install it and "
        + "write the report again. The tables hold the same numbers."
    }
    switch try gnuplot.draw(figure.script) {
    case .drawing(let raw):
      try Files.write(SVG.finished(raw, title: figure.title), to: "\(figures)/\(figure.name).svg")
      return "![\(Markdown.escape(figure.title))](\(address(figure.name)))"
    case .complaint(let message):
      return "> **Figure missing:** \(Markdown.escape(figure.title)). gnuplot could not draw it: "
        + "\(Markdown.escape(message))"
    }
  }

  /// Removes figures of the report that is still there, of tasks and options that are gone or have other names. A drawing is one of
  /// them when that report shows it and it has the style sheet of ours: whatever else lies in the folder stays.
  private func removeFigures(where isOld: (_ name: String) -> Bool) throws {
    guard Files.exists(path), Files.exists(figures) else { return }
    let before = String(decoding: try Files.read(path), as: UTF8.self)
    for file in try Files.list(figures) where file.hasSuffix(".svg") {
      let (name, drawing) = (Files.stem(file), "\(figures)/\(file)")
      guard isOld(name), before.contains("](\(address(name)))") else { continue }
      if SVG.isFinished(String(decoding: try Files.read(drawing), as: UTF8.self)) { try Files.remove(drawing) }
    }
  }
}
