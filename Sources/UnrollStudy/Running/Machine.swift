#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import UnrollCore
import UnrollKernels

/// The machine and the program, as a record states them.
public enum Machine {
  /// Those that this process may use.
  public static var cores: Int { Resources.cores }

  /// Main memory in MiB.
  public static var memory: Double {
    Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
  }

  /// Peak resident memory of this process in MiB.
  public static var peakMemory: Double {
    #if canImport(Glibc)
      // Not getrusage: a process inherits the peak of the one that started it.
      return memory("VmHWM", of: "self") ?? 0
    #else
      var usage = rusage()
      getrusage(RUSAGE_SELF, &usage)
      return Double(usage.ru_maxrss) / 1_048_576
    #endif
  }

  /// A figure of a process's memory in MiB, as Linux keeps it.
  static func memory(_ key: String, of process: String) -> Double? {
    let status = (try? Files.read("/proc/\(process)/status")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("\(key):") }
    return line.flatMap { Double($0.filter(\.isNumber)) }.map { $0 / 1024 }
  }

  static var environment: RunRecord.Environment {
    var libraries = Versions.libraries
    libraries["swift"] = swiftVersion
    return RunRecord.Environment(cpu: cpu, system: system, libraries: libraries, version: Version.text, commit: commit)
  }

  private static var swiftVersion: String {
    #if compiler(>=6.3)
      "6.3 or newer"
    #elseif compiler(>=6.2)
      "6.2"
    #else
      "older than 6.2"
    #endif
  }

  private static var cpu: String {
    let lines = (try? Files.read("/proc/cpuinfo")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let model = lines.split(separator: "\n").first { $0.hasPrefix("model name") }
    return model?.split(separator: ":").last.map { String($0.drop(while: \.isWhitespace)) } ?? "unknown"
  }

  private static var system: String {
    var info = utsname()
    uname(&info)
    func text<T>(_ field: T) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return "\(text(info.sysname)) \(text(info.machine))"
  }

  /// The commit of the checkout that the program was built in, found from the program's own path.
  private static let commit: String = {
    var folder = executable
    while case let parent = Files.parent(of: folder), parent != folder, !parent.isEmpty {
      folder = parent
      if let commit = head(of: "\(folder)/.git") { return commit }
    }
    return "unknown"
  }()

  /// The path of this program.
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

  private static func head(of git: String) -> String? {
    guard let head = text("\(git)/HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return String(head.prefix(12)) }
    let reference = String(head.dropFirst(5))
    if let loose = text("\(git)/\(reference)") { return String(loose.prefix(12)) }
    let packed = text("\(git)/packed-refs")?.split(separator: "\n").first { $0.hasSuffix(" \(reference)") }
    return packed.map { String($0.prefix(12)) }
  }

  private static func text(_ path: String) -> String? {
    guard Files.exists(path), let bytes = try? Files.read(path) else { return nil }
    return String(String(decoding: bytes, as: UTF8.self).reversed().drop(while: \.isWhitespace).reversed())
  }
}
