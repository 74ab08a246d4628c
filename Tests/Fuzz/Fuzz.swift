import CLibrary
import UnrollCore

/// The reader under test, from $UNROLL_READER.
private let read: Readers.Reader = {
  let name = getenv("UNROLL_READER").map { String(cString: $0) } ?? ""
  guard let reader = Readers.all[name] else {
    fatalError("UNROLL_READER must be one of \(Readers.all.keys.sorted().joined(separator: " "))")
  }
  return reader
}()

/// libFuzzer calls it with one input after the other; whatever is wrong with an input must be a sentence.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  do { try read(Array(UnsafeBufferPointer(start: data, count: count))) } catch let error {
    guard error is InputError else { fatalError("not a sentence: \(error)") }
  }
  return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

/// The package manager renames `main`, so libFuzzer's is never found.
@main enum Fuzz {
  static func main() {
    var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
    exit(runFuzzer(&count, &arguments) { test($0, $1) })
  }
}
