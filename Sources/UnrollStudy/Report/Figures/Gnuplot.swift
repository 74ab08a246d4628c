import UnrollCore
import UnrollSystem

/// The gnuplot program (5.2 or newer).
struct Gnuplot {
  /// What became of a script.
  enum Outcome { case drawing(String), complaint(String) }

  let program: String

  /// Nil when no folder of `path` has gnuplot.
  static func find(in path: String?) -> Gnuplot? { ChildProcess.find("gnuplot", in: path).map(Gnuplot.init) }

  /// Runs a script that draws to standard output, without the settings files of the user or the machine.
  func draw(_ script: String) throws -> Outcome {
    try ChildProcess.withTemporaryFolder { folder in
      let (source, drawing, log) = ("\(folder)/figure.gp", "\(folder)/figure.svg", "\(folder)/log")
      try Files.write(script, to: source)
      let end = ChildProcess.run(
        program, ["-d", source], environment: ["LC_ALL=C", "HOME=\(folder)", "PATH=/usr/bin:/bin"], output: drawing,
        errors: log)
      guard let end else { return .complaint("\(program) does not start.") }
      let svg = String(decoding: try Files.read(drawing), as: UTF8.self)
      guard end == .code(0), svg.contains("</svg>") else {
        let lines = String(decoding: try Files.read(log), as: UTF8.self).split(separator: "\n")
        let message = lines.last { $0.contains("line ") } ?? lines.last ?? "it said nothing (\(end))"
        return .complaint(String(message).replacing(folder + "/", with: ""))
      }
      return .drawing(svg)
    }
  }
}
