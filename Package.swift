// swift-tools-version: 6.2
import PackageDescription

// What a build may use at most, to see that results hold elsewhere: UNROLL_INSTRUCTIONS=plain or avx2; AVX-512 when nothing is said.
let instructions = Context.environment["UNROLL_INSTRUCTIONS"] ?? ""
guard let widest = ["plain": "0", "avx2": "1", "": "2"][instructions] else {
  fatalError("UNROLL_INSTRUCTIONS is plain, avx2 or not set, not \"\(instructions)\"")
}

// What UnrollKit is. Whoever imports it names these, too: UnrollKit's own module stays the same when one of them changes, and nobody would
// be built again.
let kit: [Target.Dependency] = [
  "UnrollCore", "UnrollData", "UnrollKernels", "UnrollLayers", "UnrollTraining", "UnrollChecks", "UnrollSystem",
  "UnrollStatistics", "UnrollStudy",
]

// Arrows of the house (ARCHITECTURE.md): a target names what it imports, and that stands below it.
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
    .target(name: "CLibrary"),
    .target(name: "UnrollCore", dependencies: ["CLibrary", .product(name: "Yams", package: "Yams")]),
    .target(name: "UnrollKernels", dependencies: ["CLibrary", "CUnroll", "UnrollCore"]),
    .target(name: "UnrollData", dependencies: ["UnrollCore"]),
    .target(name: "UnrollLayers", dependencies: ["CLibrary", "UnrollKernels", "UnrollCore"]),
    .target(
      name: "UnrollTraining", dependencies: ["CLibrary", "UnrollCore", "UnrollData", "UnrollKernels", "UnrollLayers"]),
    .target(name: "UnrollChecks", dependencies: ["UnrollCore", "UnrollKernels", "UnrollLayers", "UnrollTraining"]),
    .target(name: "UnrollSystem", dependencies: ["CLibrary", "CUnroll", "UnrollCore"]),
    .target(name: "UnrollStatistics", dependencies: ["CUnroll"]),
    .target(
      name: "UnrollBench",
      dependencies: [
        "CLibrary", "UnrollCore", "UnrollData", "UnrollKernels", "UnrollLayers", "UnrollTraining", "UnrollSystem",
        "UnrollStatistics",
      ]),
    .target(
      name: "UnrollStudy",
      dependencies: [
        "CLibrary", "UnrollCore", "UnrollData", "UnrollKernels", "UnrollLayers", "UnrollTraining", "UnrollSystem",
        "UnrollStatistics",
      ]),
    .target(name: "UnrollKit", dependencies: kit),
    .executableTarget(
      name: "unroll",
      dependencies: [
        "CLibrary", "UnrollCore", "UnrollData", "UnrollKernels", "UnrollLayers", "UnrollTraining", "UnrollSystem",
        "UnrollStudy",
        "UnrollChecks", "UnrollBench",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .target(name: "TestSupport", dependencies: ["CLibrary", "UnrollCore", "UnrollKernels"], path: "Tests/Support"),
    .testTarget(name: "UnrollCoreTests", dependencies: ["UnrollCore", "TestSupport"]),
    .testTarget(
      name: "UnrollKernelsTests", dependencies: ["CLibrary", "UnrollKernels", "UnrollSystem", "TestSupport"]),
    .testTarget(
      name: "UnrollLayersTests",
      dependencies: [
        "CLibrary", "UnrollCore", "UnrollKernels", "UnrollLayers", "UnrollTraining", "UnrollChecks", "TestSupport",
      ],
      resources: [.copy("Cases")]),
    .testTarget(name: "UnrollDataTests", dependencies: ["UnrollCore", "UnrollData", "TestSupport"]),
    .testTarget(
      name: "UnrollTrainingTests",
      dependencies: [
        "CLibrary", "UnrollCore", "UnrollData", "UnrollKernels", "UnrollLayers", "UnrollTraining", "UnrollChecks",
        "CAllocations", "TestSupport",
      ],
      resources: [.copy("Cases")]),
    .testTarget(name: "UnrollBenchTests", dependencies: ["UnrollCore", "UnrollLayers", "UnrollBench"]),
    .testTarget(name: "UnrollSystemTests", dependencies: ["UnrollCore", "UnrollSystem", "TestSupport"]),
    .testTarget(
      name: "UnrollStatisticsTests", dependencies: ["UnrollCore", "UnrollStatistics"], resources: [.copy("Cases")]),
    .testTarget(
      name: "UnrollStudyTests",
      dependencies: [
        "CLibrary", "UnrollCore", "UnrollData", "UnrollLayers", "UnrollTraining", "UnrollSystem", "UnrollStudy",
        "TestSupport",
      ]),
    // The sources of a package under Examples, which see what other packages see; built here so that tests build everything once.
    .executableTarget(
      name: "example-commands", dependencies: kit + ["UnrollKit"], path: "Examples/Commands/Sources/Commands",
      packageAccess: false),
    .testTarget(
      name: "UnrollKitTests", dependencies: kit + ["CLibrary", "UnrollKit", "example-commands", "TestSupport"]),
    .testTarget(
      name: "UnrollCommandTests",
      dependencies: [
        "CLibrary", "UnrollCore", "UnrollData", "UnrollLayers", "UnrollTraining", "UnrollStudy", "UnrollChecks",
        "unroll", "TestSupport",
      ],
      exclude: ["Snapshots"]),
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
      name: "unroll-fuzz",
      dependencies: [
        "CLibrary", "UnrollCore", "UnrollData", "UnrollKernels", "UnrollLayers", "UnrollTraining", "UnrollSystem",
        "UnrollStudy", "UnrollChecks", "UnrollBench",
      ],
      path: "Tests/Fuzz", exclude: ["Seeds"]),
    .executableTarget(
      name: "unroll-sanitize",
      dependencies: ["UnrollCore", "UnrollData", "UnrollKernels", "UnrollLayers", "UnrollTraining"],
      path: "Tests/Sanitize"),
  ]
}
