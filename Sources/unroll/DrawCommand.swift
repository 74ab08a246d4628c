import ArgumentParser
import UnrollCore
import UnrollStudy

/// A figure in the style of the reports; used by scripts/performance.
struct DrawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw", abstract: "Draws a figure of lines from its description.", shouldDisplay: false)

  @Argument(help: "The description as JSON.") var description: String
  @Argument(help: "The drawing to write, SVG.") var drawing: String

  func run() throws {
    try reporting {
      try Files.write(try LineFigure(try Files.read(description), file: description).svg(), to: drawing)
    }
  }
}
