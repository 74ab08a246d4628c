import Testing
import UnrollCore

@testable import UnrollSystem

/// What a record says about the machine and the program.
@Suite struct MachineTests {
  /// Written by hand: a header, one segment of notes, of which the second is the one.
  @Test func theLinkersNote() {
    func little(_ value: Int, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(value >> (8 * $0) & 0xFF) } }
    let notes =
      little(4, 4) + little(2, 4) + little(1, 4) + Array("GNU\0".utf8) + [9, 9, 0, 0]
      + little(4, 4) + little(3, 4) + little(3, 4) + Array("GNU\0".utf8) + [0x0A, 0xBC, 0xDE, 0]
    var program = [0x7F, 0x45, 0x4C, 0x46, 2, 1] + [UInt8](repeating: 0, count: 26) + little(64, 8)
    program += [UInt8](repeating: 0, count: 14) + little(56, 2) + little(1, 2) + [UInt8](repeating: 0, count: 6)
    program += little(4, 4) + little(0, 4) + little(120, 8) + little(0, 16) + little(notes.count, 8) + little(0, 16)
    #expect(program.count == 120)
    #expect(BuildNote.identifier(program + notes) == "0abcde")
    for cut in 0..<(program + notes).count { _ = BuildNote.identifier(Array((program + notes).prefix(cut))) }
    var random = RandomSource(seed: 4)
    for _ in 0..<2000 {
      var damaged = program + notes
      damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      _ = BuildNote.identifier(damaged)
    }
  }

  @Test func theProgramKnowsItself() {
    #expect(Machine.build.count == 16 && Machine.build == Machine.build)
    #expect(!Machine.commit.isEmpty)
    #expect(Machine.load.map { $0 >= 0 } ?? true)
  }
}
