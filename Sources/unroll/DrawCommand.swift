import ArgumentParser
import UnrollCore
import UnrollStudy

/// A figure in the style of the reports; used by scripts/performance.
struct DrawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw", abstract: "Draws a figure of lines from its description.", shouldDisplay: false)

  @Argument(help: "The description as JSON.", transform: Terminal.path) var description: String
  @Argument(help: "The drawing to write, SVG.", transform: Terminal.path) var drawing: String

  func run() throws {
    try reporting {
      try Files.write(try LineFigure(try Files.read(description), file: description).svg(), to: drawing)
    }
  }
}
