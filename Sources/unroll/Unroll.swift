import ArgumentParser
import CLibrary
import UnrollBench
import UnrollCore
import UnrollKernels

@main
struct Unroll: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unroll",
    abstract:
      "Trains small sequence models side by side on the CPU and writes a report that a careful reader can trust.",
    version: Version.text,
    subcommands: [
      RunCommand.self, ReportCommand.self, CompareCommand.self, PredictionsCommand.self, NullCommand.self,
      TrainCommand.self, ShowCommand.self, PredictCommand.self, EvaluateCommand.self, GenerateCommand.self,
      DiagnoseCommand.self, ListCommand.self, DataCommand.self,
      CheckCommand.self, ParityCommand.self,
      BenchCommand.self, BenchCaseCommand.self, DrawCommand.self,
      CellCommand.self,
    ])

  /// On the main actor, so that a command that is not `async` has the thread that the program began on.
  @MainActor static func main() async {
    Launch.withoutIdleThreads()
    atexit { Terminal.settle() }
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
    } catch { exit(withError: error) }
  }
}

extension ParsableCommand {
  /// Runs a command's body: a complaint about input is one sentence on standard error and exit code 1.
  func reporting(_ body: () throws -> Void) throws {
    do { try body() } catch let error as InputError { throw shown(error) }
  }

  func reporting(_ body: () async throws -> Void) async throws {
    do { try await body() } catch let error as InputError { throw shown(error) }
  }

  private func shown(_ error: InputError) -> ExitCode {
    error.each.forEach { Terminal.complain($0.description) }
    return ExitCode(1)
  }
}
