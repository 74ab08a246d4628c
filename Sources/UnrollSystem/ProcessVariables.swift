import CLibrary
import UnrollCore

/// Environment variables of this process.
package enum ProcessVariables {
  /// Folders in which programs are searched.
  package static var path: String? { variable("PATH") }

  /// Where short-lived files go.
  package static var temporaryFolder: String { variable("TMPDIR") ?? "/tmp" }

  /// The user's own folder; empty where nobody has said.
  package static var home: String { variable("HOME") ?? "" }

  /// The first executable file of that name in a list of folders like `path`.
  package static func program(_ name: String, in path: String?) -> String? {
    let candidates = (path ?? "").split(separator: ":").map { "\($0)/\(name)" }
    return candidates.first { access($0, X_OK) == 0 }
  }

  private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
