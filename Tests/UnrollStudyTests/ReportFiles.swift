#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import UnrollCore

@testable import UnrollStudy

/// Reports as files, in folders that vanish.
enum ReportFiles {
  /// Every file of a report by its path within the report's folder.
  static func write(_ records: [RunRecord], study: String = "demo", gnuplot: Gnuplot?) throws -> [String: String] {
    try inFolder { folder in
      let path = try Report.write(records, study: study, to: folder, gnuplot: gnuplot)
      var files = ["\(study).md": String(decoding: try Files.read(path), as: UTF8.self)]
      for name in (try? Files.list("\(folder)/\(study)")) ?? [] {
        files["\(study)/\(name)"] = String(decoding: try Files.read("\(folder)/\(study)/\(name)"), as: UTF8.self)
      }
      return files
    }
  }

  /// The Markdown alone, drawn without gnuplot.
  static func text(_ records: [RunRecord]) throws -> String {
    try write(records, gnuplot: nil)["demo.md"]!
  }

  static func inFolder<T>(_ body: (String) throws -> T) throws -> T {
    var template = Array("/tmp/unroll-test-XXXXXX".utf8CString)
    mkdtemp(&template)
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { remove(folder) }
    return try body(folder)
  }

  private static func remove(_ path: String) {
    for name in (try? Files.list(path)) ?? [] { remove("\(path)/\(name)") }
    if unlink(path) != 0 { rmdir(path) }
  }
}
