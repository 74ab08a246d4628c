import TestSupport
import UnrollCore

@testable import UnrollStudy

/// Reports as files, in folders that vanish.
enum ReportFiles {
  /// Every file of a report by its path within the report's folder.
  static func write(_ records: [RunRecord], study: String = "demo", gnuplot: Gnuplot?) throws -> [String: String] {
    try inFolder { folder in
      let path = try Report.write(records, study: study, to: folder, gnuplot: gnuplot)
      var files = ["\(study).md": String(decoding: try Files.read(path), as: UTF8.self)]
      let drawings = "\(folder)/\(study)"
      for name in try Files.exists(drawings) ? Files.list(drawings) : [] {
        files["\(study)/\(name)"] = String(decoding: try Files.read("\(drawings)/\(name)"), as: UTF8.self)
      }
      return files
    }
  }

  /// The Markdown alone, drawn without gnuplot.
  static func text(_ records: [RunRecord]) throws -> String {
    try write(records, gnuplot: nil)["demo.md"]!
  }

  static func inFolder<T>(_ body: (String) throws -> T) throws -> T {
    let scratch = Scratch()
    return try withExtendedLifetime(scratch) { try body(scratch.path) }
  }
}
