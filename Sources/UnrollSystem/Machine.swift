import CLibrary
import UnrollCore

/// The machine and the program, as a record states them.
public enum Machine {
  /// Processor cores that this process may use.
  public static var cores: Int { Resources.cores }

  /// Main memory in MiB.
  public static var memory: Double {
    Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
  }

  /// Processes that ran or wanted to, over the last minute; nil where the system does not tell.
  public static var load: Double? {
    var mean = 0.0
    return getloadavg(&mean, 1) == 1 ? mean : nil
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
  package static func memory(_ key: String, of process: String) -> Double? {
    let status = (try? Files.read("/proc/\(process)/status")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("\(key):") }
    return line.flatMap { Double($0.filter(\.isNumber)) }.map { $0 / 1024 }
  }

  /// What this process runs on.
  public static var environment: Environment {
    var libraries = Versions.libraries
    libraries["swift"] = swiftVersion
    return Environment(
      cpu: cpu, system: system, libraries: libraries, version: Version.text, commit: commit, build: build)
  }

  /// What may change the last bits of a result: the build of the program, its libraries and the processor.
  package static let arithmetic: String = {
    let libraries = Versions.libraries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return ([build, cpu] + libraries).joined(separator: ", ")
  }()

  private static var swiftVersion: String {
    #if compiler(>=6.3)
      "6.3 or newer"
    #else
      "6.2"
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
}
