import ArgumentParser
import UnrollBench
import UnrollCore
import UnrollKernels

@main
struct Unroll: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unroll",
    abstract:
      "Trains small sequence models side by side on the CPU and writes a report that a careful reader can trust.",
    version: Version.text,
    subcommands: [
      RunCommand.self, ReportCommand.self, ListCommand.self, DataCommand.self, CheckCommand.self, ParityCommand.self,
      BenchCommand.self, BenchCaseCommand.self, DrawCommand.self,
      CellCommand.self,
    ])

  static func main() {
    Launch.withoutIdleThreads()
    atexit { Terminal.settle() }
    main(nil)
  }
}

extension ParsableCommand {
  /// Runs a command's body: a complaint about input is one sentence on standard error and exit code 1.
  func reporting(_ body: () throws -> Void) throws {
    do { try body() } catch let error as InputError {
      error.each.forEach { Terminal.complain($0.description) }
      throw ExitCode(1)
    }
  }
}
