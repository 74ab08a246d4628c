import UnrollBench
import UnrollCore
import UnrollLayers
import UnrollStudy

extension BenchCommand {
  /// Every backend that streams, one step at a time.
  func runStreaming() throws {
    let chosen = Backends.all.filter { only.isEmpty || $0.name.contains(only) }
    guard !chosen.isEmpty else { throw InputError("no backend has a name that contains \"\(only)\"") }
    for backend in chosen {
      guard let result = try BenchStreaming.measure(backend, width: width ?? 128, seconds: seconds ?? 1.5) else {
        Terminal.note("\(backend.name): sees the whole sequence and cannot be streamed")
        continue
      }
      try show(result, result.text)
    }
  }
}
