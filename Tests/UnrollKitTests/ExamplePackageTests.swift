import Foundation
import Testing
import UnrollKit

/// The package under Examples, built here as a target that sees what other packages see.
@Suite struct ExamplePackageTests {
  @Test func itTrainsKeepsAndUses() throws {
    let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("unroll-example-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
    let parts = bundle.components(separatedBy: "/")
    let end = parts.firstIndex { $0.hasSuffix(".xctest") } ?? parts.count - 1
    let folder = parts[..<end].joined(separator: "/")
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: folder.isEmpty ? "example-commands" : folder + "/example-commands")
    process.arguments = ["\(scratch)/commands.safetensors"]
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let lines = output.split(separator: "\n")
    #expect(lines.count == 6 && lines[0] == "accuracy: 1.0" && lines[1] == "label: sound of 9 tokens")
    #expect(lines[4] == "after \"lamp\": light" && lines[5] == "after \"on\": light")
    #expect(try ModelFile(contentsOf: "\(scratch)/commands.safetensors").task == "classification")
  }

  @Test func itImportsOneModule() throws {
    let root = Files.parent(of: #filePath) + "/../../Examples/Commands"
    let lines = String(decoding: try Files.read("\(root)/Sources/Commands/main.swift"), as: UTF8.self).split(
      separator: "\n")
    #expect(lines.filter { $0.hasPrefix("import ") } == ["import UnrollKit"])
    let manifest = String(decoding: try Files.read("\(root)/Package.swift"), as: UTF8.self)
    #expect(manifest.contains(".product(name: \"UnrollKit\", package: \"Unroll\")"))
  }
}
