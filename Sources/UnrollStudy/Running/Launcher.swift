/// Where runs are made: `StudyRunner` decides which and when, and knows no more of them than this.
public protocol Launcher: Sendable {
  /// Makes one run to its end. It leaves its record in the folder of the study's records; where it cannot, the runner leaves one
  /// that says why. When the task is cancelled, the run is ended as soon as can be.
  ///
  /// - Parameters:
  ///   - request: what is run.
  ///   - progress: told the fraction that is done, from any thread.
  ///   - note: told what one should know, in a few words, from any thread.
  /// - Returns: what went wrong, in a sentence; nil when the run has left its record.
  /// - Throws: `InputError` when no run can be made at all.
  func run(
    _ request: RunRequest, progress: @escaping @Sendable (Double) -> Void, note: @escaping @Sendable (String) -> Void
  ) async throws -> String?
}
