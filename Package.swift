// swift-tools-version: 6.2
import PackageDescription

// What a build may use at most, to see that results hold elsewhere: UNROLL_INSTRUCTIONS=plain or avx2; AVX-512 when nothing is said.
let instructions = Context.environment["UNROLL_INSTRUCTIONS"] ?? ""
guard let widest = ["plain": "0", "avx2": "1", "": "2"][instructions] else {
  fatalError("UNROLL_INSTRUCTIONS is plain, avx2 or not set, not \"\(instructions)\"")
}

// Arrows of the house (ARCHITECTURE.md): a target names only what stands below it.
let package = Package(
  name: "Unroll",
  platforms: [.macOS(.v14)],
  products: [
    .library(name: "UnrollKit", targets: ["UnrollKit"]),
    .executable(name: "unroll", targets: ["unroll"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    .target(
      name: "CUnroll",
      cSettings: [.define("NDEBUG", .when(configuration: .release)), .define("UN_WIDEST", to: widest)],
      linkerSettings: [
        // OpenBLAS first and by name: pkg-config for GSL would add gslcblas, which is 17 times slower.
        .linkedLibrary("openblas"), .linkedLibrary("gsl"), .linkedLibrary("fftw3f"), .linkedLibrary("m"),
      ]),
    .target(name: "UnrollCore", dependencies: [.product(name: "Yams", package: "Yams")]),
    .target(name: "UnrollKernels", dependencies: ["CUnroll", "UnrollCore"]),
    .target(name: "UnrollData", dependencies: ["UnrollCore"]),
    .target(name: "UnrollLayers", dependencies: ["UnrollKernels", "UnrollCore"]),
    .target(name: "UnrollTraining", dependencies: ["UnrollLayers", "UnrollData"]),
    .target(name: "UnrollChecks", dependencies: ["UnrollTraining"]),
    .target(name: "UnrollSystem", dependencies: ["CUnroll", "UnrollCore"]),
    .target(name: "UnrollStatistics", dependencies: ["CUnroll"]),
    .target(name: "UnrollBench", dependencies: ["UnrollTraining", "UnrollSystem", "UnrollStatistics"]),
    .target(name: "UnrollStudy", dependencies: ["UnrollTraining", "UnrollSystem", "UnrollStatistics"]),
    .target(
      name: "UnrollKit",
      dependencies: [
        "UnrollCore", "UnrollData", "UnrollKernels", "UnrollLayers", "UnrollTraining", "UnrollChecks", "UnrollSystem",
        "UnrollStatistics", "UnrollStudy",
      ]),
    .executableTarget(
      name: "unroll",
      dependencies: [
        "UnrollStudy", "UnrollChecks", "UnrollBench",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .target(name: "TestSupport", dependencies: ["UnrollKernels"], path: "Tests/Support"),
    .testTarget(name: "UnrollCoreTests", dependencies: ["UnrollCore", "TestSupport"]),
    .testTarget(name: "UnrollKernelsTests", dependencies: ["UnrollKernels", "UnrollSystem", "TestSupport"]),
    .testTarget(name: "UnrollLayersTests", dependencies: ["UnrollChecks", "TestSupport"], resources: [.copy("Cases")]),
    .testTarget(name: "UnrollDataTests", dependencies: ["UnrollData", "TestSupport"]),
    .testTarget(name: "UnrollTrainingTests", dependencies: ["UnrollTraining", "UnrollChecks", "CAllocations"]),
    .testTarget(name: "UnrollBenchTests", dependencies: ["UnrollBench"]),
    .testTarget(name: "UnrollSystemTests", dependencies: ["UnrollSystem", "TestSupport"]),
    .testTarget(name: "UnrollStatisticsTests", dependencies: ["UnrollStatistics"]),
    .testTarget(name: "UnrollStudyTests", dependencies: ["UnrollStudy", "TestSupport"]),
    .testTarget(name: "UnrollKitTests", dependencies: ["UnrollKit"]),
    .testTarget(name: "UnrollCommandTests", dependencies: ["unroll", "TestSupport"], exclude: ["Snapshots"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)

// Not for users: what scripts/fuzz and scripts/sanitize run.
let probes = Context.environment["UNROLL_PROBES"] ?? ""
guard ["", "1"].contains(probes) else { fatalError("UNROLL_PROBES is 1 or not set, not \"\(probes)\"") }
if probes == "1" {
  package.targets += [
    .executableTarget(
      name: "unroll-fuzz", dependencies: ["UnrollStudy", "UnrollChecks", "UnrollBench"], path: "Tests/Fuzz",
      exclude: ["Seeds"]),
    .executableTarget(name: "unroll-sanitize", dependencies: ["UnrollTraining"], path: "Tests/Sanitize"),
  ]
}
