import UnrollCore
import UnrollSystem

/// The gnuplot program (5.2 or newer).
struct Gnuplot {
  /// What became of a script.
  enum Outcome { case drawing(String), complaint(String) }

  let program: String

  /// Nil when no folder of `path` has gnuplot.
  static func find(in path: String?) -> Gnuplot? { ProcessVariables.program("gnuplot", in: path).map(Gnuplot.init) }

  /// Runs a script that draws to standard output, without the settings files of the user or the machine.
  func draw(_ script: String) throws -> Outcome {
    let child: ChildProcess
    do {
      child = try ChildProcess(
        program, ["-d", "/dev/stdin"], environment: ["LC_ALL=C", "HOME=/nowhere", "PATH=/usr/bin:/bin"],
        input: Array(script.utf8), errors: .kept)
    } catch let error as InputError where error.file == program { return .complaint("\(program) does not start.") }
    let (drawing, complaints, end) = child.finish()
    let svg = String(decoding: drawing, as: UTF8.self)
    if end == .code(0), svg.contains("</svg>") { return .drawing(svg) }
    let lines = String(decoding: complaints, as: UTF8.self).split(separator: "\n")
    return .complaint(String(lines.last { $0.contains("line ") } ?? lines.last ?? "it said nothing (\(end))"))
  }
}
