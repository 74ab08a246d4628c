import CLibrary

/// What of the machine this process may use: its affinity and the limits of its control groups count, not what the machine has.
package struct Resources: Sendable {
  /// Where `/proc` and `/sys` are looked for.
  let root: String

  init(root: String) { self.root = root }

  private static let own = Resources(root: "")

  /// Cores to run on, rounded up; at least one.
  package static var cores: Int {
    let there = own.affinity ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return max(1, min(there, own.quota.map { Int($0.rounded(.up)) } ?? .max))
  }

  /// Bytes of memory that can be taken yet, when this was first asked for: every cell of a study asks. Infinite where the system does
  /// not say.
  package static let freeMemory = own.freeMemory

  /// Processes that the system has ended since it started because memory ran out.
  package static var memoryKills: Double { own.field("oom_kill", of: "/proc/vmstat") ?? 0 }

  /// - Parameters:
  ///   - what: begins the sentence: `backend lstm: 3 parameters`.
  ///   - advice: ends it: `use a smaller width`.
  /// - Throws: `InputError` when so many bytes are more than there are.
  package static func require(_ bytes: Double, for what: String, _ advice: String) throws {
    let free = freeMemory
    guard bytes > free else { return }
    func text(_ bytes: Double) -> String {
      let unit = [("TiB", 0x1p40), ("GiB", 0x1p30)].first { bytes >= $0.1 } ?? ("MiB", 0x1p20)
      return "\((10 * bytes / unit.1).rounded() / 10) \(unit.0)"
    }
    throw InputError("\(what) would take \(text(bytes)) of memory, and \(text(free)) are free here; \(advice)")
  }
}

extension Resources {
  /// Cores that this process may run on; nil where the system does not say. (`sched_getaffinity` is hidden from Swift.)
  var affinity: Int? {
    let lines = (Files.trimmed("\(root)/proc/self/status") ?? "").split(separator: "\n")
    let mask = lines.first { $0.hasPrefix("Cpus_allowed:") }?.dropFirst("Cpus_allowed:".count)
    return mask?.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
  }

  /// Cores' worth of time that the control groups grant; nil for no limit.
  var quota: Double? {
    let second = groups("").compactMap { folder -> Double? in
      let words = Files.trimmed("\(folder)/cpu.max")?.split(separator: " ") ?? []
      guard words.count == 2, let time = Double(words[0]), let period = Double(words[1]) else { return nil }
      return time / period
    }
    let first = groups("cpu").compactMap { folder -> Double? in
      guard let time = number("\(folder)/cpu.cfs_quota_us"), let period = number("\(folder)/cpu.cfs_period_us"),
        time > 0
      else { return nil }
      return time / period
    }
    return (second + first).min()
  }

  /// The least of what the machine has free and what every control group above this process has left, in bytes.
  var freeMemory: Double {
    let machine = field("MemAvailable:", of: "\(root)/proc/meminfo").map { $0 * 1024 } ?? .infinity
    let second = groups("").compactMap { left($0, "memory.max", "memory.current", "") }
    let first = groups("memory").compactMap { left($0, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_") }
    return ([machine] + second + first).min()!
  }

  /// Pages of files count as used, and are given back when somebody wants memory.
  private func left(_ folder: String, _ limit: String, _ usage: String, _ prefix: String) -> Double? {
    guard let limit = number("\(folder)/\(limit)"), let usage = number("\(folder)/\(usage)") else { return nil }
    let pages = ["active_file", "inactive_file"].compactMap { field(prefix + $0, of: "\(folder)/memory.stat") }
    return max(0, limit - usage + pages.reduce(0, +))
  }

  /// Folders of this process's control group and of those above it; a container may see its own as the root.
  ///
  /// - Parameter controller: of the first version of control groups; empty for the second.
  private func groups(_ controller: String) -> [String] {
    let lines = (Files.trimmed("\(root)/proc/self/cgroup") ?? "").split(separator: "\n")
    let mine = lines.map { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false) }.first {
      $0.count == 3 && (controller.isEmpty ? $0[1].isEmpty : $0[1].split(separator: ",").contains(controller[...]))
    }
    guard let mine else { return [] }
    let mount = "\(root)/sys/fs/cgroup" + (controller.isEmpty ? "" : "/\(mine[1])")
    let names = mine[2].split(separator: "/")
    return (0...names.count).map { ([mount[...]] + names[..<$0]).joined(separator: "/") }
  }

  private func number(_ path: String) -> Double? { Files.trimmed(path).flatMap(Double.init) }

  private func field(_ name: String, of path: String) -> Double? {
    let words = (Files.trimmed(path) ?? "").split(separator: "\n").lazy.map { $0.split(separator: " ") }
    return words.first { $0.count > 1 && $0[0] == name }.flatMap { Double($0[1]) }
  }
}
