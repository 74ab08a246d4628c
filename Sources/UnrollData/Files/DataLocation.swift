import UnrollCore

/// Where data sets lie: folders that are searched in order, the first that has a file gives it.
public struct DataLocation: Sendable {
  public let roots: [String]

  public init(_ root: String) { roots = [root] }
  public init(roots: [String]) { self.roots = roots.map(Files.expanded) }

  /// The path of a file or folder such as `wordnet/data.noun`, nil when no root has it.
  public func find(_ relative: String) -> String? {
    roots.lazy.map { Path.join($0, relative) }.first(where: Files.exists)
  }
}

/// Paths as text.
enum Path {
  /// `path` itself when it is absolute, begins with `~/`, or there is no folder.
  static func join(_ folder: String, _ path: String) -> String {
    let path = Files.expanded(path)
    if folder.isEmpty || path.hasPrefix("/") { return path }
    return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
  }

  static func lastComponent(_ path: String) -> String {
    String(path.split(separator: "/").last ?? "")
  }
}
