import TestSupport
import Testing

@testable import UnrollCore

/// What a process may use, as the files of the kernel say it.
@Suite struct ResourcesTests {
  private func resources(_ files: [String: String], _ body: (Resources) throws -> Void) throws {
    let scratch = Scratch()
    for (name, text) in files { try scratch.write(name, text) }
    try withExtendedLifetime(scratch) { try body(Resources(root: scratch.path)) }
  }

  @Test func affinity() throws {
    for (mask, cores) in [("1", 1), ("f", 4), ("00000000,00000005", 2), ("ff,ffffffff", 40)] {
      try resources(["proc/self/status": "Name:\tunroll\nCpus_allowed:\t\(mask)\nCpus_allowed_list:\t0-9\n"]) {
        #expect($0.affinity == cores)
      }
    }
  }

  /// The least of what the own group and those above it grant.
  @Test func controlGroupsOfTheSecondVersion() throws {
    try resources([
      "proc/self/cgroup": "0::/box/job\n", "sys/fs/cgroup/cgroup.controllers": "cpu memory",
      "sys/fs/cgroup/box/cpu.max": "150000 100000\n", "sys/fs/cgroup/box/job/cpu.max": "max 100000\n",
      "proc/meminfo": "MemTotal: 9000 kB\nMemAvailable:    8000 kB\n",
      "sys/fs/cgroup/box/memory.max": "4000000\n", "sys/fs/cgroup/box/memory.current": "3500000\n",
      "sys/fs/cgroup/box/memory.stat": "anon 100\nactive_file 1000000\ninactive_file 500000\n",
      "sys/fs/cgroup/box/job/memory.max": "max\n", "sys/fs/cgroup/box/job/memory.current": "3000000\n",
    ]) {
      #expect($0.quota == 1.5)
      #expect($0.freeMemory == 2_000_000)
    }
  }

  /// In a container the path of the group is that of the host, and its files lie at the root.
  @Test func controlGroupsOfTheFirstVersion() throws {
    try resources([
      "proc/self/cgroup": "5:memory:/docker/1f\n3:cpu,cpuacct:/docker/1f\n1:name=systemd:/docker/1f\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "3000000\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000000\n",
    ]) {
      #expect($0.quota == 0.5)
      #expect($0.freeMemory == 2_000_000)
    }
  }

  @Test func noLimits() throws {
    try resources(["proc/self/cgroup": "2:cpu:/\n0::/\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n"]) {
      #expect($0.quota == nil && $0.affinity == nil && $0.freeMemory == .infinity)
    }
    #expect(Resources.cores >= 1 && Resources.freeMemory > 1e6)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    try Resources.require(1000, for: "a thing", "make it smaller")
    #expect { try Resources.require(1e18, for: "a thing", "make it smaller") } throws: {
      "\($0)".hasPrefix("a thing would take 909494.7 TiB of memory, and ")
        && "\($0)".hasSuffix("free here; make it smaller")
    }
  }
}
