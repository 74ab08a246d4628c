// swift-tools-version: 6.2
import PackageDescription

// A program of your own that uses Unroll. Elsewhere its address stands where the path is.
let package = Package(
  name: "Commands",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "Unroll", path: "../..")],
  targets: [
    .executableTarget(name: "Commands", dependencies: [.product(name: "UnrollKit", package: "Unroll")])
  ])
