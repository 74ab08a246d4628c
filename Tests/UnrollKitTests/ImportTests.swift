import Testing
import UnrollKit

/// What `import UnrollKit` brings along is ours alone. Of a function of C and one of the same name here, which is disfavoured, the
/// compiler takes C's wherever it sees it.
@Suite struct ImportTests {
  @Test func theLibraryAloneHasNoC() {
    #expect(type(of: strlen("four") as Any) == String.self)
    #expect(type(of: fopen("none", "r") as Any) == String.self)
  }

  @Test func theCompilerTakesCWhereItSeesIt() { #expect(type(of: lengthInC("four")) == UInt.self) }
}

@_disfavoredOverload
private func strlen(_ text: String) -> String { text }

@_disfavoredOverload
private func fopen(_ path: String, _ mode: String) -> String { path + mode }
