import CLibrary
import UnrollCore

/// The program that runs, and what it was built from.
extension Machine {
  /// Where this program lay when it was started.
  public static var executable: String {
    var buffer = [CChar](repeating: 0, count: 4096)
    #if canImport(Glibc)
      let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
      return length > 0 ? String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self) : ""
    #else
      var size = UInt32(buffer.count)
      return _NSGetExecutablePath(&buffer, &size) == 0 ? String(cString: buffer) : ""
    #endif
  }

  /// What starts this program once more. The same one, where the system can tell, even when another was built in its place.
  package static let program: String = Files.exists("/proc/self/exe") ? "/proc/self/exe" : executable

  /// Tells one build of the program from another: the linker's digest of what it linked, or else size and time of the file.
  public static let build: String = {
    if let bytes = try? Files.read(program, limit: 1 << 16), let note = BuildNote.identifier(bytes) {
      return String(note.prefix(16))
    }
    let file = "\(Files.size(executable) ?? 0) \(Files.changed(executable) ?? 0)"
    return String(Digest.hex(Array(file.utf8)).prefix(16))
  }()

  /// The commit of the checkout that the program was built in, found from the program's own path, and whether the program is
  /// what that commit has.
  package static let commit: String = {
    var folder = executable
    while case let parent = Files.parent(of: folder), parent != folder, !parent.isEmpty {
      folder = parent
      if let commit = head(of: "\(folder)/.git") { return commit + difference(to: folder) }
    }
    return "unknown"
  }()

  private static func head(of git: String) -> String? {
    guard let head = Files.trimmed("\(git)/HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return String(head.prefix(12)) }
    let reference = String(head.dropFirst(5))
    if let loose = Files.trimmed("\(git)/\(reference)") { return String(loose.prefix(12)) }
    let packed = Files.trimmed("\(git)/packed-refs")?.split(separator: "\n").first { $0.hasSuffix(" \(reference)") }
    return packed.map { String($0.prefix(12)) }
  }

  /// ` + changes` where sources are not those of the commit, or are younger than the program, which then was built from others.
  private static func difference(to checkout: String) -> String {
    let sources = ["Package.swift", "Sources"]
    if let built = Files.changed(program), sources.contains(where: { youngest("\(checkout)/\($0)") > built }) {
      return " + changes"
    }
    guard let git = ProcessVariables.program("git", in: ProcessVariables.path) else {
      return " (git is missing: not compared)"
    }
    let status = try? ChildProcess(
      git, ["-C", checkout, "status", "--porcelain", "--"] + sources,
      environment: ["LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "HOME=\(ProcessVariables.home)", "PATH=/usr/bin:/bin"],
      errors: .kept
    ).finish()
    guard let status, status.end == .code(0) else { return " (not compared)" }
    return status.output.isEmpty ? "" : " + changes"
  }

  /// When the youngest file of a folder was changed.
  private static func youngest(_ path: String) -> Double {
    guard let names = try? Files.list(path) else { return Files.changed(path) ?? 0 }
    return names.map { youngest("\(path)/\($0)") }.max() ?? 0
  }
}
