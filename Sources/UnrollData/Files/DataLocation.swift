import UnrollCore

/// Where data sets lie: folders that are searched in order, the first that has a file gives it.
public struct DataLocation: Sendable {
  /// Without `~` where they came as `init(roots:)`; empty for data that need no file.
  public let roots: [String]

  /// A single folder, as it is written.
  public init(_ root: String) { roots = [root] }
  /// Folders in which a leading `~` is the user's.
  public init(roots: [String]) { self.roots = roots.map(Files.expanded) }

  /// The path of a file or folder such as `wordnet/data.noun`, nil when no root has it.
  public func find(_ relative: String) -> String? {
    roots.lazy.map { Files.join($0, relative) }.first(where: Files.exists)
  }
}
